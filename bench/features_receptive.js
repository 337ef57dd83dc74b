// The layers before the classifier of AlexNet and VGG-16, in Receptive's own workers.

import { median } from "./timing.js";

const LOADERS = { cpu: "/worker_cpu_loader.js", webgpu: "/worker_gpu_loader.js" };
const ARCHITECTURES = { "alexnet-features": "alexnet", "vgg16-features": "vgg16" };

export async function run(backend, query) {
  const worker = new Worker(LOADERS[backend]);
  const answer = (name) =>
    new Promise((resolve, reject) => {
      worker.onerror = (event) => reject(new Error(`the worker failed: ${event.message}`));
      worker.onmessage = ({ data: [body] }) => {
        const [event, fields] = Object.entries(body)[0];
        if (event === name) resolve(fields);
        else if (event === "Inside" && fields[name]) resolve(fields[name]);
        else if (event === "Failed") reject(new Error(JSON.stringify(fields)));
      };
    });
  try {
    const ready = answer("Ready");
    worker.postMessage([{ Open: { assets: new URL("/", location.href).href } }]);
    await ready;
    const times = Number(query.get("times")) + Number(query.get("warm"));
    const timed = answer("Timed");
    worker.postMessage([{ Inside: { Time: { request: 1, architecture: ARCHITECTURES[query.get("work")], times } } }]);
    const { milliseconds } = await timed;
    const counted = milliseconds.slice(Number(query.get("warm")));
    return { value: median(counted), milliseconds: counted };
  } finally {
    worker.terminate();
  }
}
