// Speaks with one of Receptive's own workers: messages are `[body, buffer…]`, bodies are `"Name"` or `{ Name: fields }`,
// and those of a lab `{ Lab: body }`.

const LOADERS = { cpu: "/worker_cpu_loader.js", webgpu: "/worker_gpu_loader.js" };
const LABS = ["Inside", "Googlenet"];
const TROUBLE = ["Failed", "Diverged"];

/// A worker that is ready: `tell(body)` sends, `next(name)` waits for the next event of this name and has its fields.
export async function open(backend) {
  const worker = new Worker(LOADERS[backend]);
  const waiting = [];
  const tell = (body) => worker.postMessage([body]);
  const next = (name) => new Promise((resolve, reject) => waiting.push({ name, resolve, reject }));
  const close = () => worker.terminate();
  worker.onerror = (event) => waiting.forEach(({ reject }) => reject(new Error(`the worker failed: ${event.message}`)));
  worker.onmessage = ({ data: [body] }) => {
    let [name, fields] = parts(body);
    if (LABS.includes(name)) [name, fields] = parts(fields);
    for (const one of waiting.splice(0)) {
      if (one.name === name) one.resolve(fields);
      else if (TROUBLE.includes(name)) one.reject(new Error(JSON.stringify(body)));
      else waiting.push(one);
    }
  };
  const ready = next("Ready");
  tell({ Open: { assets: new URL("/", location.href).href } });
  await ready;
  return { tell, next, close };
}

function parts(body) {
  return typeof body === "string" ? [body] : Object.entries(body)[0];
}
