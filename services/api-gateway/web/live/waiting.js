// Waiting that ends early: when it is no longer wanted, or when there may be something new.

const nudges = new EventTarget();

// Ends all waits that can be nudged.
export const nudge = () => nudges.dispatchEvent(new Event("nudge"));

// Resolves after so many milliseconds, when `signal` aborts, or at a nudge.
export function wait(milliseconds, signal) {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      nudges.removeEventListener("nudge", end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    if (signal?.aborted) return end();
    signal?.addEventListener("abort", end);
    nudges.addEventListener("nudge", end);
  });
}

const kFirstBackoff = 1000;
const kMostBackoff = 30000;

// Milliseconds before try number `failures` + 1: twice as long each time, somewhere in its upper half, so that pages
// which lost the same server do not come back together.
export function backoff(failures) {
  const whole = Math.min(kMostBackoff, kFirstBackoff * 2 ** Math.min(failures - 1, 10));
  return whole * (0.5 + Math.random() / 2);
}
