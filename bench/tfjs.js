// LeNet-5 in TensorFlow.js, in its core operations: measured to be no slower than its layers API on any backend.

import { batches } from "./data.js";
import { BATCH, LEARNING_RATE, measure } from "./timing.js";

const SCRIPTS = {
  cpu: ["tfjs/dist/tf.min.js"],
  webgl: ["tfjs/dist/tf.min.js"],
  webgpu: ["tfjs/dist/tf.min.js", "tfjs-backend-webgpu/dist/tf-backend-webgpu.min.js"],
  wasm: ["tfjs/dist/tf.min.js", "tfjs-backend-wasm/dist/tf-backend-wasm.min.js"],
};

/// TensorFlow.js on this backend.
export async function start(backend) {
  for (const script of SCRIPTS[backend]) await load(`/npm/@tensorflow/${script}`);
  const tf = window.tf;
  tf.enableProdMode();
  if (backend === "wasm") tf.wasm.setWasmPaths("/npm/@tensorflow/tfjs-backend-wasm/dist/");
  if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js could not start its ${backend} backend`);
  await tf.ready();
  return tf;
}

export async function run(backend, query) {
  const tf = await start(backend);
  const lr = LEARNING_RATE;
  const optimizer = query.get("optimizer") === "adam" ? tf.train.adam(lr) : tf.train.sgd(lr);
  const model = lenet5(tf);
  const batch = await batches();

  let newest = null;
  const step = (i) => {
    const { pixels, targets } = batch(i);
    const loss = tf.tidy(() => {
      const x = tf.tensor4d(pixels, [BATCH, 32, 32, 1]);
      const y = tf.tensor2d(targets, [BATCH, 10]);
      return optimizer.minimize(() => tf.losses.softmaxCrossEntropy(y, model(x)), true);
    });
    newest?.dispose();
    newest = loss;
  };
  return measure(step, async () => (await newest.data())[0], Number(query.get("seconds")));
}

function lenet5(tf) {
  const weight = (shape, fanIn) => tf.variable(tf.randomUniform(shape, -(fanIn ** -0.5), fanIn ** -0.5));
  const bias = (n) => tf.variable(tf.zeros([n]));
  const [k1, b1] = [weight([5, 5, 1, 6], 25), bias(6)];
  const [k2, b2] = [weight([5, 5, 6, 16], 150), bias(16)];
  const [w3, b3] = [weight([400, 120], 400), bias(120)];
  const [w4, b4] = [weight([120, 84], 120), bias(84)];
  const [w5, b5] = [weight([84, 10], 84), bias(10)];
  return (x) => {
    const c1 = tf.avgPool(tf.tanh(tf.add(tf.conv2d(x, k1, 1, "valid"), b1)), 2, 2, "valid");
    const c2 = tf.avgPool(tf.tanh(tf.add(tf.conv2d(c1, k2, 1, "valid"), b2)), 2, 2, "valid");
    const f1 = tf.tanh(tf.add(tf.matMul(tf.reshape(c2, [-1, 400]), w3), b3));
    const f2 = tf.tanh(tf.add(tf.matMul(f1, w4), b4));
    return tf.add(tf.matMul(f2, w5), b5);
  };
}

function load(src) {
  return new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement("script"), { src, onload: resolve });
    script.onerror = () => reject(new Error(`${src} could not be loaded`));
    document.head.append(script);
  });
}
