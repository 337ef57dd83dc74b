// The layers before the classifier of AlexNet and VGG-16, in Receptive's own workers.

import { median } from "./timing.js";
import { open } from "./worker.js";

const ARCHITECTURES = { "alexnet-features": "alexnet", "vgg16-features": "vgg16" };

export async function run(backend, query) {
  const { tell, next, close } = await open(backend);
  try {
    const times = Number(query.get("times")) + Number(query.get("warm"));
    const timed = next("Timed");
    tell({ Inside: { Time: { request: 1, architecture: ARCHITECTURES[query.get("work")], times } } });
    const { milliseconds } = await timed;
    const counted = milliseconds.slice(Number(query.get("warm")));
    return { value: median(counted), milliseconds: counted };
  } finally {
    close();
  }
}
