// The GoogLeNet variant for CIFAR-10 in Receptive's own workers: how fast it trains, and a real run for its memory.

import { open } from "./worker.js";

/// The data set that is wanted for the memory; where it is not installed the first one there is taken.
const DATASET = "cifar10";

export async function run(backend, query) {
  const worker = await open(backend);
  const settings = JSON.parse(query.get("settings"));
  try {
    return query.has("steps") ? await someSteps(worker, settings, Number(query.get("steps"))) : await speed(worker, settings);
  } finally {
    worker.close();
  }
}

/// Pictures a second as `value`, and the seconds that the parts of a step take for a picture.
async function speed({ tell, next }, settings) {
  const benchmarked = next("Benchmarked");
  tell({ Googlenet: { Benchmark: { request: 1, settings } } });
  const { images_per_second, ...parts } = (await benchmarked).speed;
  return { value: images_per_second, ...parts };
}

/// As the lab trains: so many steps, all pictures in memory, and a checkpoint. The run is stopped after its steps, because
/// pictures are taken in between two steps, and those of a software GPU take half a minute each.
async function someSteps({ tell, next }, settings, steps) {
  const listed = next("Listed");
  tell({ Googlenet: { List: { request: 1 } } });
  const { sets } = await listed;
  const set = sets.find(({ name }) => name === DATASET) ?? sets[0];
  if (!set) throw new Error("the site has no data set for this lab");
  const loaded = next("Loaded");
  tell({ Googlenet: { Prepare: { run: "bench", settings: { ...settings, dataset: set.name } } } });
  tell({ Googlenet: "Train" });
  for (let step = 0; step < steps; ) step = (await next("Trained")).progress.step;
  tell({ Googlenet: "Stop" });
  await loaded;
  const saved = next("Saved");
  tell({ Googlenet: "Save" });
  await saved;
  return { dataset: set.name, title: set.title };
}
