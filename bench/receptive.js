// Receptive's own workers, as the lab drives them: real training runs, timed by what they report.

import { BATCH, LEARNING_RATE, median, REPETITIONS, STEPS_AT_LEAST, warm } from "./timing.js";
import { open as openWorker } from "./worker.js";

const OPTIMIZERS = { adam: "adam", sgd: "plain-sgd" };

export async function run(backend, query) {
  const lab = await open(backend);
  try {
    return query.has("epochs") ? await wholeRun(lab, Number(query.get("epochs"))) : await speed(lab, query);
  } finally {
    lab.close();
  }
}

/// Steps whose loss the worker has read, over three stretches of time after the warm-up; the median of their speeds.
async function speed(lab, query) {
  // The longer the run, the fewer its points: ten epochs have one every 16 steps, and last longer than this takes.
  lab.train({ optimizer: OPTIMIZERS[query.get("optimizer")], padding: "paper", epochs: 10 });
  const losses = [];
  const nextPoint = async () => {
    for (;;) {
      const { points } = await lab.next("Trained");
      losses.push(...points.map((point) => point.loss));
      if (points.length > 0) return { step: points.at(-1).step, at: performance.now() / 1000 };
    }
  };

  const start = performance.now() / 1000;
  let before = await nextPoint();
  while (!warm(before.step, before.at - start)) before = await nextPoint();
  const speeds = [];
  for (let repetition = 0; repetition < REPETITIONS; repetition++) {
    let now = before;
    const enough = () =>
      now.at - before.at >= Number(query.get("seconds")) / REPETITIONS &&
      now.step - before.step >= STEPS_AT_LEAST / REPETITIONS;
    while (!enough()) now = await nextPoint();
    speeds.push(((now.step - before.step) * BATCH) / (now.at - before.at));
    before = now;
  }
  return { value: median(speeds), speeds, steps: before.step, first_loss: losses[0], last_loss: losses.at(-1) };
}

/// The course notebook's run to its end: percent of the test pictures named rightly, and seconds of training.
async function wholeRun(lab, epochs) {
  lab.train({ optimizer: "adam", padding: "resize", epochs });
  const { report } = await lab.next("Finished");
  return { accuracy: report.test_accuracy * 100, seconds: report.training_seconds };
}

/// The lab with all its pictures: `train(chosen)` begins a run with these settings.
async function open(backend) {
  const worker = await openWorker(backend);
  const loaded = worker.next("Loaded");
  worker.tell("Load");
  await loaded;
  const train = (chosen) => {
    // The course notebook's, without a validation part; the worker wants all of them.
    const settings = {
      activation: "tanh",
      pooling: "average",
      padding: "resize",
      optimizer: "adam",
      "learning-rate": LEARNING_RATE,
      batch: BATCH,
      epochs: 10,
      images: 60000,
      validation: 0,
      seed: 1,
      backend: "auto",
      ...chosen,
    };
    worker.tell({ Prepare: { run: "bench", settings } });
    worker.tell("Train");
  };
  return { ...worker, train };
}
