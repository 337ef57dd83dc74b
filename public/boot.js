// Starts the app, or says in one sentence why this browser cannot run it.
"use strict";

(function () {
  // The visitor's colours before anything is painted; where storage is closed, the system's.
  try {
    const theme = localStorage.getItem("receptive.theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {}

  const script = document.currentScript;
  const place = document.getElementById("boot");

  function say(sentence) {
    place.setAttribute("role", "alert");
    place.textContent = sentence;
  }

  // A function that uses one SIMD instruction (i8x16.splat), in binary form: valid only where WebAssembly has SIMD.
  const simd = new Uint8Array([
    0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11,
  ]);

  if (typeof WebAssembly !== "object") {
    say("This browser has no WebAssembly, which Receptive needs to compute on your device. Please use a newer browser.");
    return;
  }
  if (!WebAssembly.validate(simd)) {
    say("This browser has no WebAssembly SIMD (Chrome 91, Firefox 89, Safari 16.4 or newer have it). Please use a newer browser.");
    return;
  }

  const url = (name) => new URL(name, document.baseURI).href;
  import(url(script.dataset.js))
    .then((app) => app.default({ module_or_path: url(script.dataset.wasm) }))
    .then(() => place.remove())
    .catch((error) => {
      console.error(error);
      say("Receptive could not be loaded. Check the connection and reload the page.");
    });
})();
