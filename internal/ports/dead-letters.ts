/** Where goes what nobody could read or take: counted by reason, the newest kept with their bytes. */
export interface DeadLetters {
  /** `reason` is a short fixed phrase; `detail` says what was found. Only the first 64 KiB of `data` are kept. */
  put(reason: string, provider: string, detail: string, data: Buffer): void;
}
