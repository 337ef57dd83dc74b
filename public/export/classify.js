// Classifies pictures with the network beside this page.
//
// A worker computes (worker_cpu_loader.js). What is asked and what is answered are lists: a plain object that says what,
// then the bytes or the file that go with it.
"use strict";

const MODEL = "model.safetensors";
// Side of the square that is taken out of the camera's picture, in pixels; the worker scales it to what the network takes.
const FRAME = 448;
const LOCAL_SERVER =
  "Start a local server in this folder with “python3 -m http.server 8000” and open http://localhost:8000 in the browser.";

const $ = (id) => document.getElementById(id);
const percent = (share) => `${(100 * share).toFixed(1)} %`;

function say(state, text) {
  document.body.dataset.state = state;
  $("status").textContent = text;
}

// What went wrong, in a sentence with a next action. A fault is "Name" or { Name: { more } }.
function sentence(fault) {
  const [kind, more] = typeof fault === "string" ? [fault, {}] : Object.entries(fault)[0];
  switch (kind) {
    case "BadPicture":
      return `This cannot be shown as a picture: ${more.reason}. Choose another one; JPEG, PNG, WebP and GIF work everywhere.`;
    case "BadFile":
      return `${MODEL} cannot be used: ${more.reason}. Export the page again and unpack the whole zip.`;
    case "ShapeMismatch":
      return `${MODEL} is not of the network it says: ${more.layer} has another shape. Export it again.`;
    default:
      return `Something went wrong (${more.reason || more.message || kind}). Reload the page to try again.`;
  }
}

// The network in its worker: questions go in, promises of their answers come out.
class Network {
  constructor() {
    this.questions = new Map();
    this.last = 0;
    this.worker = new Worker("worker_cpu_loader.js");
    this.worker.onmessage = (event) => this.receive(event.data[0]);
    this.worker.onerror = (event) => this.lost(event.message || "the computing part could not be loaded");
    this.worker.postMessage([{ Open: { assets: new URL("./", location.href).href } }]);
  }

  // kind: "Use", "Classify"; more: what belongs to it; attachments: bytes or a file.
  ask(kind, more, attachments) {
    const request = ++this.last;
    const transfer = attachments.filter((part) => part instanceof Uint8Array).map((part) => part.buffer);
    this.worker.postMessage([{ Teach: { [kind]: { request, ...more } } }, ...attachments], transfer);
    return new Promise((resolve, reject) => this.questions.set(request, { resolve, reject }));
  }

  receive(event) {
    if (event.Teach) {
      const [answer] = Object.values(event.Teach);
      this.take(answer.request)?.resolve(answer);
    } else if (event.Failed) {
      const { at, fault } = event.Failed;
      const question = this.take(at.Request);
      if (question) question.reject(new Error(sentence(fault)));
      else this.lost(sentence(fault));
    }
  }

  take(request) {
    const question = this.questions.get(request);
    this.questions.delete(request);
    return question;
  }

  // The worker is of no more use.
  lost(reason) {
    for (const { reject } of this.questions.values()) reject(new Error(reason));
    this.questions.clear();
    say("failed", `${reason.replace(/\.?$/, ".")} Reload the page to try again.`);
  }
}

let network;
let classes = [];

async function start() {
  if (location.protocol === "file:") {
    say("failed", `Browsers do not compute from a file. ${LOCAL_SERVER}`);
    return;
  }
  try {
    network = new Network();
    const response = await fetch(MODEL);
    if (!response.ok) {
      throw new Error(`${MODEL} is not beside this page. Unpack the whole zip into one folder and reload.`);
    }
    const model = new Uint8Array(await response.arrayBuffer());
    const used = await network.ask("Use", { name: MODEL }, [model]);
    classes = used.classes;
    show(used);
    say("ready", "");
  } catch (error) {
    say("failed", error.message);
  }
}

function show({ name, network, version, accuracy }) {
  if (name) $("title").textContent = document.title = name;
  const right = accuracy == null ? "" : ` In its test it was right about ${percent(accuracy)} of the pictures.`;
  $("about").textContent = `Tells apart: ${classes.join(", ")}.${right}`;
  $("version").textContent = `${network}, version ${version}. Made with Receptive.`;
  const bar = (name) => {
    const part = (tag, className, text) => Object.assign(document.createElement(tag), { className, textContent: text });
    const [item, track] = [part("li", "try-bar", ""), part("div", "track", "")];
    item.dataset.className = name;
    track.append(part("div", "fill", ""));
    item.append(part("span", "name", name), part("span", "share", ""), track);
    return item;
  };
  $("bars").replaceChildren(...classes.map(bar));
  $("tools").hidden = false;
  $("try-camera").hidden = !navigator.mediaDevices?.getUserMedia;
}

function showAnswer({ probabilities, distance, familiar_within, milliseconds }) {
  const best = probabilities.indexOf(Math.max(...probabilities));
  const familiar = distance <= familiar_within;
  const answer = $("try-answer");
  const text = familiar ? `${classes[best]} (${percent(probabilities[best])})` : "This does not look like any of the classes.";
  Object.assign(answer.dataset, { class: classes[best], familiar, probability: probabilities[best] });
  // What is said aloud changes only with the class, not with every frame.
  if (answer.textContent !== text) answer.textContent = text;
  [...$("bars").children].forEach((item, place) => {
    item.dataset.probability = probabilities[place];
    item.querySelector(".share").textContent = percent(probabilities[place]);
    item.querySelector(".fill").style.width = `${100 * probabilities[place]}%`;
  });
  $("time").textContent = `${Math.round(milliseconds)} ms on this device`;
}

// One question at a time; of the pictures that come in the meantime only the newest is asked about.
let busy = false;
let newest = null;

async function classify(more, attachment) {
  newest = { more, attachment };
  if (busy) return;
  busy = true;
  while (newest) {
    const { more, attachment } = newest;
    newest = null;
    try {
      const { answer } = await network.ask("Classify", { explain: null, ...more }, [attachment]);
      say("ready", "");
      showAnswer(answer);
    } catch (error) {
      if (document.body.dataset.state !== "failed") say("refused", error.message);
    }
  }
  busy = false;
}

function openFile(file) {
  if (!file || !classes.length) return;
  stopCamera();
  $("result").hidden = false;
  URL.revokeObjectURL($("picture").src);
  $("picture").src = URL.createObjectURL(file);
  $("picture").hidden = false;
  classify({ side: null }, file);
}

let camera = null;
let facing = "environment";

async function startCamera() {
  try {
    const wanted = { facingMode: facing, width: { ideal: 640 }, height: { ideal: 480 } };
    camera = await navigator.mediaDevices.getUserMedia({ video: wanted });
  } catch (error) {
    const denied = error.name === "NotAllowedError";
    say("refused", denied ? "The camera was not allowed. Allow it in the browser's address bar." : "No camera could be used. Connect one and try again.");
    return;
  }
  $("picture").hidden = true;
  $("video").hidden = $("result").hidden = false;
  $("video").srcObject = camera;
  $("try-camera").textContent = "Stop the camera";
  $("try-camera").ariaPressed = "true";
  const devices = await navigator.mediaDevices.enumerateDevices();
  $("other-camera").hidden = devices.filter((device) => device.kind === "videoinput").length < 2;
  await $("video").play();
  watch(camera);
}

function stopCamera() {
  camera?.getTracks().forEach((track) => track.stop());
  camera = $("video").srcObject = null;
  $("video").hidden = $("other-camera").hidden = true;
  $("try-camera").textContent = "Use the camera";
  $("try-camera").ariaPressed = "false";
}

// Asks about the camera's picture, again and again, as fast as answers come and only while the page is seen.
async function watch(stream) {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const video = $("video");
  while (camera === stream) {
    await new Promise(requestAnimationFrame);
    const cut = Math.min(video.videoWidth, video.videoHeight);
    if (cut === 0 || busy) continue;
    const side = (canvas.width = canvas.height = Math.min(cut, FRAME));
    const [left, top] = [(video.videoWidth - cut) / 2, (video.videoHeight - cut) / 2];
    context.drawImage(video, left, top, cut, cut, 0, 0, side, side);
    const { data } = context.getImageData(0, 0, side, side);
    await classify({ side }, new Uint8Array(data.buffer));
    if (document.body.dataset.state === "failed") stopCamera();
  }
}

$("try-file").addEventListener("change", ({ target }) => {
  openFile(target.files[0]);
  // The same file may be chosen again.
  target.value = "";
});
$("try-camera").addEventListener("click", () => (camera ? stopCamera() : startCamera()));
$("other-camera").addEventListener("click", () => {
  facing = facing === "environment" ? "user" : "environment";
  stopCamera();
  startCamera();
});
addEventListener("paste", (event) => openFile(event.clipboardData.files[0]));
addEventListener("dragover", (event) => {
  event.preventDefault();
  document.body.classList.add("dropping");
});
for (const end of ["dragleave", "drop"]) addEventListener(end, () => document.body.classList.remove("dropping"));
addEventListener("drop", (event) => {
  event.preventDefault();
  openFile(event.dataTransfer.files[0]);
});
start();
