/** Datasets, versions and rows in the words of the command line: TRL's names, snake case. */
import type { DerivedVersion } from '../../../preload/contract/dataset-versions.ts';
import type { DatasetSummary, StoredPair } from '../../../preload/contract/datasets.ts';
import type { VersionRow } from '../../data/store/versions.ts';

/** A stored row; fields that its kind does not have are left out. */
export function rowDocument(pair: StoredPair) {
  const { provenance } = pair;
  const present = {
    index: pair.index,
    prompt: pair.prompt,
    chosen: pair.chosen ?? undefined,
    rejected: pair.rejected ?? undefined,
    completion: pair.completion ?? undefined,
    label: pair.label ?? undefined,
    tie: pair.chosen === null ? undefined : pair.tie,
    margin: pair.margin ?? undefined,
    score_chosen: pair.scoreChosen ?? undefined,
    score_rejected: pair.scoreRejected ?? undefined,
    annotator: pair.annotator ?? undefined,
    metadata: pair.metadata,
  };
  return { ...present, file: provenance.file, line: provenance.line, row: provenance.row };
}

export const versionDocument = (version: VersionRow) => ({
  version: version.number,
  id: version.id,
  rows: version.rows,
  created_at: version.createdAt,
  recipe: version.recipe,
  content_hash: version.contentHash,
  derivation: version.derivation && {
    operation: version.derivation.operation,
    params: version.derivation.params,
    part: version.derivation.part,
    parents: version.derivation.parents.map((parent) => ({
      dataset: parent.dataset,
      version: parent.number,
      id: parent.versionId,
      content_hash: parent.contentHash,
    })),
  },
});

export const datasetDocument = (summary: DatasetSummary) => ({
  dataset: summary.name,
  version: summary.versions[0]?.number ?? null,
  kind: summary.kind,
  format: summary.format,
  source: summary.source,
  created_at: summary.createdAt,
  rows: summary.rows,
  prompts: summary.prompts,
  ties: summary.ties,
  duplicates: summary.duplicates,
  median_chosen_chars: summary.medianChosenChars,
  median_rejected_chars: summary.medianRejectedChars,
  longer_chosen_share: summary.longerChosenShare,
});

export const derivedDocument = ({ dataset, version, rows, prompts, contentHash }: DerivedVersion) => ({
  dataset,
  version,
  rows,
  prompts,
  content_hash: contentHash,
});
