// The first 6,000 MNIST training pictures, from the site itself, as 32x32 with a blank border.

import { BATCH } from "./timing.js";

const SIDE = 32;
const BORDER = 2;
const DIGIT = 28;
const CLASSES = 10;

/// `batch(i)`: 64 pictures (0..=1, one channel) and their one-hot labels; after 93 batches the first comes again.
export async function batches() {
  const labels = (await unpacked("/datasets/mnist/train-labels.idx.gzip")).subarray(8);
  const grey = (await unpacked("/datasets/mnist/train-images-00.idx.gzip")).subarray(16);
  const images = grey.length / DIGIT ** 2;
  const pixels = new Float32Array(images * SIDE ** 2);
  for (let row = 0; row < images * DIGIT; row++) {
    const [image, y] = [Math.floor(row / DIGIT), row % DIGIT];
    const from = image * SIDE ** 2 + (y + BORDER) * SIDE + BORDER;
    for (let x = 0; x < DIGIT; x++) pixels[from + x] = grey[row * DIGIT + x] / 255;
  }
  const targets = new Float32Array(images * CLASSES);
  for (let i = 0; i < images; i++) targets[i * CLASSES + labels[i]] = 1;
  const count = Math.floor(images / BATCH);
  return (i) => {
    const from = (i % count) * BATCH;
    return {
      pixels: pixels.subarray(from * SIDE ** 2, (from + BATCH) * SIDE ** 2),
      targets: targets.subarray(from * CLASSES, (from + BATCH) * CLASSES),
    };
  };
}

async function unpacked(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: the server answered ${response.status}`);
  const stream = response.body.pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
