// Starts the compute module MODULE in this worker. Messages that arrive while it is loading wait for it.
"use strict";

const early = [];
const keep = (event) => early.push(event.data);
addEventListener("message", keep);

importScripts("./MODULE.js?v=VERSION");
wasm_bindgen({ module_or_path: "./MODULE_bg.wasm?v=VERSION" }).then(
  () => {
    // The module listens from here on; nothing can have arrived in between.
    removeEventListener("message", keep);
    for (const data of early) dispatchEvent(new MessageEvent("message", { data }));
  },
  (error) =>
    // A rejected promise would go unnoticed; an uncaught error reaches the page.
    setTimeout(() => {
      throw error;
    }),
);
