/**
 * `work` as a function that may be called at any rate: one run at a time, and the calls during a run become one run
 * after it, which sees the latest state.
 * @param {() => Promise<void>} work
 * @param {(busy: boolean) => void} tell called when runs begin and when all have ended
 */
export function latestWins(work, tell) {
  let running = false;
  let again = false;
  return async () => {
    again = true;
    if (running) return;
    running = true;
    tell(true);
    try {
      while (again) {
        again = false;
        await work();
      }
    } finally {
      running = false;
      tell(false);
    }
  };
}
