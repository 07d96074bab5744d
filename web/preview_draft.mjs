const SLOW = 150; // milliseconds for a picture, above which dragging feels slow
const REST = 250; // milliseconds without a change, from the last draft on

/**
 * While the last full picture was slow to come, changes are answered by drafts, and the full picture follows when the
 * user has come to rest.
 * @param {() => void} ask must lead to a call of `fetch`, now or after the one under way
 * @param {AbortSignal} signal ends it
 */
export function makeDrafts(ask, signal) {
  let slow = false; // whether the last full picture was
  let resting = true;
  let owed = false; // whether the last picture asked for was a draft
  let timer;
  signal.addEventListener("abort", () => clearTimeout(timer));
  const startTimer = () => {
    timer = setTimeout(() => {
      resting = true;
      ask();
    }, REST);
  };

  return {
    changed() {
      resting = false;
      clearTimeout(timer);
    },
    /** Whether the full picture will be asked for when the user has come to rest. */
    waiting: () => owed && !resting,
    /** The answer of `fetchPicture(draft)`, which holds a `picture` if there is one. */
    async fetch(fetchPicture) {
      clearTimeout(timer);
      owed = slow && !resting;
      if (owed) return fetchPicture(true).finally(startTimer);
      const start = performance.now();
      const answer = await fetchPicture(false);
      if (answer.picture) slow = performance.now() - start > SLOW;
      return answer;
    },
  };
}
