// The GoogLeNet variant for CIFAR-10 in TensorFlow.js, in its core operations, with its own layout (height, width,
// channels) and convolution and bias fused into one.

import { LEARNING_RATE, measure } from "./timing.js";
import { start } from "./tfjs.js";

const SIDE = 32;
const CLASSES = 10;
const PARAMETERS = 5_983_802;
const DROPOUT = 0.4;
/// Channels of 1x1, of 1x1 and 3x3, of 1x1 and 5x5, and of the 1x1 after the pooling.
const BLOCKS = [
  [64, [96, 128], [16, 32], 32],
  [128, [128, 192], [32, 96], 64],
  [192, [96, 208], [16, 48], 64],
  [160, [112, 224], [24, 64], 64],
  [128, [128, 256], [24, 64], 64],
  [112, [144, 288], [32, 64], 64],
  [256, [160, 320], [32, 128], 128],
  [256, [160, 320], [32, 128], 128],
  [384, [192, 384], [48, 128], 128],
];
/// A pooling follows the blocks 3b and 4e.
const POOLED = [1, 6];
/// Pictures of the step that tells how long one takes, and what a step may take at most, in seconds: where 128 pictures
/// take longer, a smaller batch is measured.
const PROBE = 8;
const LONGEST = 60;
/// A step that takes longer than this is measured once.
const SLOW = 5;

export async function run(backend, query) {
  const tf = await start(backend);
  const model = googlenet(tf);
  if (model.parameters !== PARAMETERS) throw new Error(`the network has ${model.parameters} parameters`);
  const optimizer = tf.train.adam(LEARNING_RATE);
  const wanted = Number(query.get("batch"));
  const pixels = Float32Array.from({ length: wanted * SIDE * SIDE * 3 }, () => 2 * Math.random() - 1);
  const labels = Int32Array.from({ length: wanted }, (_, i) => i % CLASSES);

  let newest = null;
  const stepOf = (batch) => () => {
    const loss = tf.tidy(() => {
      const x = tf.tensor4d(pixels.subarray(0, batch * SIDE * SIDE * 3), [batch, SIDE, SIDE, 3]);
      const y = tf.oneHot(tf.tensor1d(labels.subarray(0, batch), "int32"), CLASSES);
      return optimizer.minimize(() => tf.losses.softmaxCrossEntropy(y, model.logits(x)), true);
    });
    newest?.dispose();
    newest = loss;
  };
  const loss = async () => (await newest.data())[0];
  const seconds = Number(query.get("seconds"));
  const once = { batch: PROBE, isWarm: () => true, repetitions: 1, stepsAtLeast: 1 };
  // The first of these two compiles.
  const probe = await measure(stepOf(PROBE), loss, 0, once);
  const expected = (batch) => batch / probe.value;
  let batch = wanted;
  while (batch > PROBE && expected(batch) > LONGEST) batch /= 2;
  const rules = expected(batch) > SLOW ? { ...once, batch } : { batch };
  return { ...(await measure(stepOf(batch), loss, seconds, rules)), batch, probe };
}

/// `logits(x)` of `[batch, 32, 32, 3]`, as in training.
function googlenet(tf) {
  let parameters = 0;
  const variable = (shape, bound) => {
    parameters += shape.reduce((size, length) => size * length, 1);
    return tf.variable(tf.randomUniform(shape, -bound, bound));
  };
  const around = (padding) => [[0, 0], [padding, padding], [padding, padding], [0, 0]];
  const conv = (from, to, kernel, { strides = 1, activation = "linear" } = {}) => {
    const bound = (from * kernel ** 2) ** -0.5;
    const filter = variable([kernel, kernel, from, to], bound);
    const bias = variable([to], bound);
    const pad = around((kernel - 1) / 2);
    return (x) => tf.fused.conv2d({ x, filter, strides, pad, bias, activation });
  };
  const pool = (strides) => (x) => tf.maxPool(x, 3, strides, 1);
  const inception = (from, [one, three, five, projection]) => {
    const branches = [
      [conv(from, one, 1)],
      [conv(from, three[0], 1), conv(...three, 3)],
      [conv(from, five[0], 1), conv(...five, 5)],
      [pool(1), conv(from, projection, 1)],
    ];
    return (x) => tf.concat(branches.map((branch) => branch.reduce((x, layer) => layer(x), x)), 3);
  };

  const activation = "relu";
  const layers = [conv(3, 64, 7, { strides: 2, activation }), pool(2)];
  layers.push(conv(64, 64, 1, { activation }), conv(64, 192, 3, { activation }), pool(2));
  let channels = 192;
  BLOCKS.forEach((block, i) => {
    layers.push(inception(channels, block));
    channels = block[0] + block[1][1] + block[2][1] + block[3];
    if (POOLED.includes(i)) layers.push(pool(2));
  });
  const weight = variable([channels, CLASSES], channels ** -0.5);
  const bias = variable([CLASSES], channels ** -0.5);
  const logits = (x) => {
    const features = tf.mean(layers.reduce((x, layer) => layer(x), x), [1, 2]);
    return tf.add(tf.matMul(tf.dropout(features, DROPOUT), weight), bias);
  };
  return { parameters, logits };
}
