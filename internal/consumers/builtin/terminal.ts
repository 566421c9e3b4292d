/** Where text for people goes: the process's stdout, or a fake in a test. */
export interface Terminal {
  /** False for a pipe or a file. */
  readonly isInteractive: boolean;
  readonly columns: number;
  readonly rows: number;
  write(text: string): void;
  /** Called when the process exits without having stopped in order. Returns the way out. */
  onExit(listener: () => void): () => void;
}

export const stdoutTerminal: Terminal = {
  get isInteractive() {
    return process.stdout.isTTY;
  },
  get columns() {
    return process.stdout.columns;
  },
  get rows() {
    return process.stdout.rows;
  },
  write: (text) => void process.stdout.write(text),
  onExit(listener) {
    process.on('exit', listener);
    return () => void process.off('exit', listener);
  },
};
