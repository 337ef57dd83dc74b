// How long a training step takes: the same rule for everyone.

export const BATCH = 64;
export const LEARNING_RATE = 1e-3;
export const REPETITIONS = 3;
export const STEPS_AT_LEAST = 5;

/// Whether kernels are compiled and caches filled, after so many steps and seconds.
export function warm(steps, seconds) {
  return steps >= 3 && seconds >= 3;
}

/// For steps of a second or less; slower ones need others.
const RULES = { batch: BATCH, isWarm: warm, repetitions: REPETITIONS, stepsAtLeast: STEPS_AT_LEAST };

/// Times `step(i)`, which queues training step `i`; `loss()` waits for all queued steps and returns the newest loss.
/// The seconds are shared out over the repetitions, and the median of their speeds is the answer, in pictures a second.
export async function measure(step, loss, seconds, rules = {}) {
  const { batch, isWarm, repetitions, stepsAtLeast } = { ...RULES, ...rules };
  let steps = 0;
  const timed = async (count) => {
    const start = performance.now();
    for (let i = 0; i < count; i++) step(steps++);
    const value = await loss();
    const elapsed = (performance.now() - start) / 1000;
    if (!Number.isFinite(value)) throw new Error(`the loss became ${value}`);
    await new Promise((resume) => setTimeout(resume)); // lets the page breathe, outside the measured time
    return { value, elapsed };
  };

  const first = await timed(1);
  let single = first;
  for (let warming = first.elapsed; !isWarm(steps, warming); warming += single.elapsed) single = await timed(1);
  // Waiting for the loss costs a little: wait about twice a second, not after every step.
  const chunk = Math.min(50, Math.max(1, Math.round(0.5 / single.elapsed)));

  const speeds = [];
  let last = single;
  for (let repetition = 0; repetition < repetitions; repetition++) {
    let done = 0;
    let elapsed = 0;
    while (done < stepsAtLeast / repetitions || elapsed < seconds / repetitions) {
      last = await timed(chunk);
      done += chunk;
      elapsed += last.elapsed;
    }
    speeds.push((done * batch) / elapsed);
  }
  return { value: median(speeds), speeds, steps, first_loss: first.value, last_loss: last.value };
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
