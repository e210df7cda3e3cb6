import type { Experiment } from '../experiment.ts'
import type { ExperimentName } from '../questions.ts'
import { chunksExperiment } from './chunks.ts'
import { enginesExperiment } from './engines.ts'
import { indexesExperiment } from './indexes.ts'
import { lanesExperiment } from './lanes.ts'
import { readingExperiment } from './reading.ts'
import { rttExperiment } from './rtt.ts'
import { strategiesExperiment } from './strategies.ts'

export const experiments: Readonly<Record<ExperimentName, Experiment>> = {
  strategies: strategiesExperiment,
  rtt: rttExperiment,
  chunks: chunksExperiment,
  lanes: lanesExperiment,
  indexes: indexesExperiment,
  engines: enginesExperiment,
  reading: readingExperiment,
}
