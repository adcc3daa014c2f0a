// What the page knows at this moment. Values are replaced, never changed in place.

export function createStore(initial) {
  const state = { ...initial };
  const listeners = [];
  const waiting = new Set();
  let changed = new Set();

  function tell() {
    const names = changed;
    changed = new Set();
    for (const look of [...waiting]) look();
    for (const { interests, listener } of listeners) {
      if (!interests.some((name) => names.has(name))) continue;
      try {
        listener(state);
      } catch (error) {
        console.error(error); // one panel's mistake is not the others'
      }
    }
  }

  return {
    state,

    // Listeners are told once of all that is set in one go.
    set(values) {
      const before = changed.size;
      for (const [name, value] of Object.entries(values)) {
        if (Object.is(state[name], value)) continue;
        state[name] = value;
        changed.add(name);
      }
      if (before === 0 && changed.size > 0) queueMicrotask(tell);
    },

    // Resolves when `condition` holds of the state, or `signal` aborts.
    until(condition, signal) {
      return new Promise((resolve) => {
        const look = () => {
          if (!condition(state) && !signal.aborted) return;
          waiting.delete(look);
          signal.removeEventListener("abort", look);
          resolve();
        };
        waiting.add(look);
        signal.addEventListener("abort", look);
        look();
      });
    },

    // Calls `listener` with the state now and whenever one of these has changed.
    on(interests, listener) {
      listeners.push({ interests, listener });
      listener(state);
    },
  };
}
