// One measurement per page load: `index.html?who=tfjs-webgl&optimizer=adam&seconds=7`.
// The answer, as JSON text, is left in `window.answer` for whoever drives the browser.

const query = new URLSearchParams(location.search);
const [library, backend] = (query.get("who") ?? "").split("-");
const libraries = [
  "tfjs", "jaxjs", "receptive", "adapter", "features_tfjs", "features_receptive", "googlenet_tfjs", "googlenet_receptive",
];

try {
  if (!libraries.includes(library)) throw new Error(`there is no benchmark for “${library}”`);
  const { run } = await import(`./${library}.js`);
  window.answer = JSON.stringify(await run(backend, query));
} catch (error) {
  window.answer = JSON.stringify({ error: String(error?.message ?? error) });
}
