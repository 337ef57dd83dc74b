// LeNet-5 in jax-js, one jitted training step. Plain SGD or Adam, both written in its own operations.
// jax-js counts references: passing an array gives it away, `.ref` keeps it.

import { init, defaultDevice, jit, lax, nn, numpy as np, random, tree, valueAndGrad } from "/npm/@jax-js/jax/dist/index.js";
import { batches } from "./data.js";
import { BATCH, LEARNING_RATE, measure } from "./timing.js";

export async function run(device, query) {
  const started = await init(device);
  if (!started.includes(device)) throw new Error(`jax-js could not start its ${device} device`);
  defaultDevice(device);

  const batch = await batches();
  let state = query.get("optimizer") === "adam" ? adamState(weights()) : { weights: weights() };
  const update = query.get("optimizer") === "adam" ? adam : sgd;
  const trainStep = jit((state, x, y) => {
    const [loss, gradients] = valueAndGrad(crossEntropy)(tree.ref(state.weights), x, y);
    return [loss, update(state, gradients)];
  });

  let newest = null;
  const step = (i) => {
    const { pixels, targets } = batch(i);
    const x = np.array(pixels).reshape([BATCH, 1, 32, 32]);
    const y = np.array(targets).reshape([BATCH, 10]);
    newest?.dispose();
    [newest, state] = trainStep(state, x, y);
  };
  return measure(step, async () => (await newest.ref.data())[0], Number(query.get("seconds")));
}

function weights() {
  let seed = 0;
  const weight = (shape, fanIn) =>
    random.uniform(random.key(seed++), shape, { minval: -(fanIn ** -0.5), maxval: fanIn ** -0.5 });
  return {
    k1: weight([6, 1, 5, 5], 25), b1: np.zeros([6, 1, 1]),
    k2: weight([16, 6, 5, 5], 150), b2: np.zeros([16, 1, 1]),
    w3: weight([400, 120], 400), b3: np.zeros([120]),
    w4: weight([120, 84], 120), b4: np.zeros([84]),
    w5: weight([84, 10], 84), b5: np.zeros([10]),
  };
}

function crossEntropy(w, x, y) {
  const pool = (x) => lax.reduceWindow(x, (window) => np.mean(window), [2, 2], [2, 2]);
  const c1 = pool(np.tanh(lax.conv(x, w.k1, [1, 1], "VALID").add(w.b1)));
  const c2 = pool(np.tanh(lax.conv(c1, w.k2, [1, 1], "VALID").add(w.b2)));
  const f1 = np.tanh(np.matmul(c2.reshape([BATCH, 400]), w.w3).add(w.b3));
  const f2 = np.tanh(np.matmul(f1, w.w4).add(w.b4));
  const logits = np.matmul(f2, w.w5).add(w.b5);
  return nn.logSoftmax(logits, -1).mul(y).sum().mul(-1 / BATCH);
}

function sgd({ weights }, gradients) {
  return { weights: tree.map((w, g) => w.sub(g.mul(LEARNING_RATE)), weights, gradients) };
}

function adamState(weights) {
  const zeros = () => tree.map((w) => np.zeros(w.shape), weights);
  return { weights, m: zeros(), v: zeros(), decay: np.ones([2]) };
}

/// Adam with beta 0.9 and 0.999, epsilon 1e-8; `decay` holds both betas to the power of the step.
function adam({ weights, m, v, decay }, gradients) {
  decay = decay.mul(np.array([0.9, 0.999]));
  const [c1, c2] = [decay.ref.slice(0), decay.ref.slice(1)].map((power) => power.mul(-1).add(1));
  m = tree.map((m, g) => m.mul(0.9).add(g.mul(0.1)), m, tree.ref(gradients));
  v = tree.map((v, g) => v.mul(0.999).add(np.square(g).mul(0.001)), v, gradients);
  weights = tree.map(
    (w, m, v) => w.sub(m.div(c1.ref).mul(LEARNING_RATE).div(np.sqrt(v.div(c2.ref)).add(1e-8))),
    weights, tree.ref(m), tree.ref(v),
  );
  c1.dispose();
  c2.dispose();
  return { weights, m, v, decay };
}
