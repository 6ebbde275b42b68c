/** A language model behind an OpenAI-compatible endpoint as annotator (OAIF, 2402.04792): both orders are asked. */
import { chatEndpoint, isHttpAddress } from '../../evaluate/judges/chat-endpoint.ts';
import type { JudgedAnswer, LlmOptions } from '../../evaluate/judges/judge.ts';
import { llmPreference } from '../../evaluate/judges/llm.ts';
import { ConfigError } from '../config.ts';
import type { Rollout } from '../rollouts/rollout.ts';
import type { AnnotatorKind } from './annotator.ts';
import type { OnlineOptions } from './options.ts';
import { unscored } from './unscored.ts';

function endpointOf(options: OnlineOptions): LlmOptions {
  const { judge_endpoint, judge_url, judge_model, judge_rule, judge_concurrency } = options;
  if (judge_url === undefined || judge_model === undefined)
    throw new ConfigError(
      `annotator llm_judge needs "judge_url" and "judge_model"${judge_endpoint === undefined ? '' : '; the app alone knows judges by name'}`,
    );
  if (!isHttpAddress(judge_url)) throw new ConfigError(`judge_url must be an http address, found "${judge_url}"`);
  return chatEndpoint({ url: judge_url, model: judge_model, rule: judge_rule, concurrency: judge_concurrency });
}

export const llmJudge: AnnotatorKind = {
  id: 'llm_judge',
  summary: 'A language model compares the answers; both orders are asked, so that its liking for a place cancels.',
  async open({ options, text }) {
    const endpoint = endpointOf(options);
    const preference = llmPreference(endpoint);
    const judged = (rollout: Rollout): JudgedAnswer => ({
      prompt: rollout.prompt,
      promptIds: rollout.queryIds,
      ids: rollout.responseIds,
      completion: text(rollout),
      tokens: rollout.responseIds.length - (rollout.containsEos ? 1 : 0),
      ended: rollout.containsEos,
    });
    return {
      title: `judge ${endpoint.model}`,
      reward: unscored,
      scores: false,
      // two orders that disagree are a tie by the rule, not a coin
      saysTie: endpoint.rule === 'disagreement',
      async prefer(pairs) {
        const [first, second] = [pairs.map((pair) => judged(pair.first)), pairs.map((pair) => judged(pair.second))];
        return (await preference.prefer(first, second)).map((probability) => ({ probability }));
      },
      audit: preference.audit,
      close: async () => undefined,
    };
  },
};
