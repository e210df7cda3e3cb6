/** How much is measured. */
export interface PeerSizes {
  readonly rows: number
  /** For those that take more than ten times as long; their rates are compared. */
  readonly slowRows: number
  readonly repetitions: number
}

export const defaultSizes: PeerSizes = { rows: 1_000_000, slowRows: 100_000, repetitions: 5 }
