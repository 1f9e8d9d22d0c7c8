/** A text that comes in pieces, from whoever makes it to whoever reads it; the one does not wait for the other. */
export interface Pieces<T> extends AsyncIterable<T> {
  push(piece: T): void;
  /** Nothing more comes. Whoever reads gets what is left, and then the end. */
  end(): void;
}

/** Makes one; it is read once. */
export function createPieces<T>(): Pieces<T> {
  const waiting: T[] = [];
  let isEnded = false;
  let wake = () => {};
  return {
    push: (piece) => {
      waiting.push(piece);
      wake();
    },
    end: () => {
      isEnded = true;
      wake();
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        while (waiting.length > 0) yield waiting.shift() as T;
        if (isEnded) return;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
