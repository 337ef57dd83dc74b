// The layers before the classifier of AlexNet and VGG-16 in TensorFlow.js, in its core operations, with its own layout
// (height, width, channels) and convolution, bias and ReLU fused into one, as its converter does for saved networks.

import { median } from "./timing.js";
import { start } from "./tfjs.js";

/// Convolutions as [channels, kernel, stride, padding]; pools as [kernel, stride].
const ALEXNET = [[64, 11, 4, 2], [3, 2], [192, 5, 1, 2], [3, 2], [384, 3, 1, 1], [256, 3, 1, 1], [256, 3, 1, 1], [3, 2]];
const stage = (channels, count) => [...Array(count).fill([channels, 3, 1, 1]), [2, 2]];
const VGG16 = [...stage(64, 2), ...stage(128, 2), ...stage(256, 3), ...stage(512, 3), ...stage(512, 3)];
const LAYERS = { "alexnet-features": ALEXNET, "vgg16-features": VGG16 };

export async function run(backend, query) {
  const tf = await start(backend);
  let channels = 3;
  const layers = LAYERS[query.get("work")].map((sizes) => {
    if (sizes.length === 2) return (x) => tf.maxPool(x, sizes[0], sizes[1], "valid");
    const [out, kernel, strides, padding] = sizes;
    const bound = Math.sqrt(6 / (channels * kernel ** 2));
    const filter = tf.randomUniform([kernel, kernel, channels, out], -bound, bound);
    const bias = tf.zeros([out]);
    channels = out;
    const pad = [[0, 0], [padding, padding], [padding, padding], [0, 0]];
    return (x) => tf.fused.conv2d({ x, filter, strides, pad, bias, activation: "relu" });
  });
  const input = tf.randomUniform([1, 224, 224, 3], -2, 2);
  const once = async () => {
    const before = performance.now();
    const output = tf.tidy(() => layers.reduce((x, layer) => layer(x), input));
    await output.data();
    output.dispose();
    return performance.now() - before;
  };
  for (let i = 0; i < Number(query.get("warm")); i++) await once();
  const milliseconds = [];
  for (let i = 0; i < Number(query.get("times")); i++) milliseconds.push(await once());
  return { value: median(milliseconds), milliseconds };
}
