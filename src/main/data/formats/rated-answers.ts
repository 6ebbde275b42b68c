/** Sets that rate one answer a row: every two answers to the same prompt by the same rater make a pair, the one rated higher chosen, equal ones a tie. */
import type { TextOrChat } from '../../../preload/contract/datasets.ts';
import { type Gathering, type RecordValue, RowFault } from './format.ts';
import { sameText } from './preference-pair.ts';
import { judgedDraft, verdictOfDifference } from './two-answers.ts';

/** Answers to a prompt need not stand together, so all are held until the end. */
const MAX_CHARS = 512 << 20;
/** More answers to one prompt would make millions of pairs. */
const MAX_ANSWERS = 200;

export interface RatedAnswer {
  readonly prompt: TextOrChat;
  readonly answer: string;
  readonly rating: number;
  readonly annotator: string | null;
  /** What belongs to this answer alone. */
  readonly about: Readonly<Record<string, unknown>>;
  readonly metadata: Record<string, unknown>;
}

interface Placed extends RatedAnswer {
  readonly place: number;
}

/** The pair, and the place of its better answer. */
function pairOf(a: Placed, b: Placed) {
  const verdict = verdictOfDifference(a.rating - b.rating);
  const names = [...new Set([...Object.keys(a.about), ...Object.keys(b.about)])];
  const perAnswer = Object.fromEntries(names.map((name) => [name, [a.about[name], b.about[name]] as const]));
  const { prompt, annotator, metadata } = a;
  const judged = { prompt, a: a.answer, b: b.answer, verdict, scoreA: a.rating, scoreB: b.rating, annotator, metadata };
  return { draft: judgedDraft({ ...judged, perAnswer }), place: (verdict === 'b' ? b : a).place };
}

/** `read` gives the answer of a record, or throws RowRefused. */
export function gatherRated(read: (record: RecordValue) => RatedAnswer): Gathering {
  const groups = new Map<string, Placed[]>();
  let chars = 0;
  return {
    add(record, place) {
      const rated = read(record);
      const key = JSON.stringify([rated.prompt, rated.annotator]);
      chars += rated.answer.length + key.length;
      if (chars > MAX_CHARS)
        throw new RowFault('prompt', 'the answers are too many to be put together; split the file');
      const group = groups.get(key) ?? [];
      groups.set(key, group);
      group.push({ ...rated, place });
    },
    finish() {
      const used = new Set<Placed>();
      const rows = [...groups.values()].flatMap((all) => {
        const group = all.slice(0, MAX_ANSWERS);
        return group.flatMap((a, i) =>
          group.slice(i + 1).flatMap((b) => {
            // the same text twice teaches nothing, whatever its ratings
            if (sameText(a.answer, b.answer)) return [];
            used.add(a).add(b);
            return [pairOf(a, b)];
          }),
        );
      });
      const unused = [...groups.values()].flat().filter((rated) => !used.has(rated));
      const reason = 'it is in no pair: its rater rated no other answer to this prompt';
      return { rows, unused: unused.map(({ place, answer }) => ({ place, reason, found: answer })) };
    },
  };
}
