/** Configs as they are pasted: scripts, command lines, YAML; each option taken, without effect, or refused with a reason. */
import { describe, expect, it } from 'vitest';
import { methods } from '../../../src/main/train/methods/index.ts';
import { commandFlags, shellWords } from '../../../src/main/train/pasted/command-line.ts';
import { pythonCalls } from '../../../src/main/train/pasted/python-call.ts';
import { readPastedConfig } from '../../../src/main/train/pasted/read-config.ts';
import { sortOptions } from '../../../src/main/train/pasted/sort-options.ts';

describe('keyword arguments of Python', () => {
  it('are literals of every kind, with comments, trailing commas and strings that hold signs', () => {
    const [call] = pythonCalls(`args = DPOConfig(
      output_dir='a, (b)',   # a comment, with = and )
      learning_rate=5e-7, warmup_steps=1_000, beta = .1, x=-2, y=+3.,
      bf16=True, eval_strategy="no", report_to=None,
      loss_type=["sigmoid", 'sft'], loss_weights=(1.0, 0.5,),
      lr_scheduler_kwargs={"num_cycles": 2, 'nested': {'a': [1]}},
      joined="a" "b", raw=r"\\d", escaped="a\\"b\\n", long='''two
lines''',
    )`);
    expect(call).toEqual({
      name: 'DPOConfig',
      unread: [],
      values: {
        output_dir: 'a, (b)',
        learning_rate: 5e-7,
        warmup_steps: 1000,
        beta: 0.1,
        x: -2,
        y: 3,
        bf16: true,
        eval_strategy: 'no',
        report_to: null,
        loss_type: ['sigmoid', 'sft'],
        loss_weights: [1, 0.5],
        lr_scheduler_kwargs: { num_cycles: 2, nested: { a: [1] } },
        joined: 'ab',
        raw: '\\d',
        escaped: 'a"b\n',
        long: 'two\nlines',
      },
    });
  });

  it('that are worked out are kept as they stand, and what follows is read', () => {
    const [call] = pythonCalls(
      'KTOConfig(**base, output_dir=f"{root}/x", dtype=torch.float32, max_steps=n // 2, lr=max(1e-5, f(a, b)), beta=0.2)',
    );
    expect(call.values).toEqual({ beta: 0.2 });
    expect(call.unread).toEqual([
      { key: '', text: '**base' },
      { key: 'output_dir', text: 'f"{root}/x"' },
      { key: 'dtype', text: 'torch.float32' },
      { key: 'max_steps', text: 'n // 2' },
      { key: 'lr', text: 'max(1e-5, f(a, b))' },
    ]);
  });

  it('end where the text ends, whatever is missing', () => {
    for (const text of [
      'DPOConfig(',
      'DPOConfig(beta=',
      'DPOConfig(beta=[1, 2',
      'DPOConfig(a="x',
      'DPOConfig(]]=,)',
      'DPOConfig(a={1:',
    ])
      expect(pythonCalls(text)).toHaveLength(1);
    expect(pythonCalls('beta = 0.1')).toEqual([]);
  });
});

describe('flags', () => {
  it('are split as a shell does, and read as values', () => {
    expect(shellWords(`a "b c" 'd e' f\\ g \\\n h # rest`)).toEqual(['a', 'b c', 'd e', 'f g', 'h']);
    const { values, words } = commandFlags(
      `accelerate launch trl dpo --beta 0.1 --learning-rate=5e-7 --bf16 --no_shuffle \\
        --lora_target_modules q_proj v_proj --report_to None --lr_scheduler_kwargs '{"num_cycles": 2}' --run_name a:b`,
    );
    expect(words).toEqual(['accelerate', 'launch', 'trl', 'dpo']);
    expect(values).toEqual({
      beta: 0.1,
      learning_rate: 5e-7,
      bf16: true,
      shuffle: false,
      lora_target_modules: ['q_proj', 'v_proj'],
      report_to: null,
      lr_scheduler_kwargs: { num_cycles: 2 },
      run_name: 'a:b',
    });
  });
});

describe('a pasted config', () => {
  it.each([
    ['DPOConfig(beta=0.1)', 'python', 'dpo'],
    ['OnlineDPOConfig(beta=0.1)', 'python', 'online_dpo'],
    ['RewardConfig()\nLoraConfig(r=4)', 'python', 'reward'],
    ['trl kto --beta 0.1', 'flags', 'kto'],
    ['python examples/scripts/ppo/ppo_tldr.py --kl_coef 0.1', 'flags', 'ppo'],
    ['--beta 0.1', 'flags', null],
    ['{"method": "rloo", "kl_coef": 0.1}', 'yaml', 'rloo'],
    ['method: online-dpo\nbeta: 0.1', 'yaml', 'online_dpo'],
    ['beta: 0.1', 'yaml', null],
    ['method: grpo', 'yaml', 'grpo'],
  ])('%s', (text, form, method) => {
    expect(readPastedConfig(text)).toMatchObject({ form, method });
  });

  it('brings LoraConfig under the names of TRL', () => {
    const { options } = readPastedConfig(
      'SFTConfig(max_steps=5)\nLoraConfig(r=8, lora_alpha=16, target_modules=["q_proj"], bias="none", use_dora=True)',
    );
    expect(options).toEqual({
      max_steps: 5,
      use_peft: true,
      lora_r: 8,
      lora_alpha: 16,
      lora_target_modules: ['q_proj'],
      use_dora: true,
    });
  });

  it('that is none is refused with its place', () => {
    expect(() => readPastedConfig('  ')).toThrow('nothing was pasted');
    expect(() => readPastedConfig('just some words')).toThrow(/expected options with their values/);
    expect(() => readPastedConfig('beta: 0.1\nbeta: 0.2')).toThrow(/^line 2: Map keys must be unique/);
    expect(() => readPastedConfig('GRPOConfig(beta=1)')).toThrow(/none of GRPOConfig is read here/);
    expect(() => readPastedConfig('a: 1\n'.repeat(60_000))).toThrow(/a config has at most 200000/);
    // a billion laughs: aliases that stand for more than there is room for
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghij'
      .split('')
      .map((name, i) => `${name}: &${name} [${`*${'abcdefghi'[i]},`.repeat(9)}]`)
      .join('\n')}`;
    expect(() => readPastedConfig(bomb)).toThrow();
  });
});

describe('options', () => {
  const sorted = (method: string, options: Record<string, unknown>) => sortOptions(methods.get(method), options);

  it('are taken, without effect, or refused one by one', () => {
    const { taken, ignored, refused } = sorted('dpo', {
      beta: 0.2,
      evaluation_strategy: 'steps',
      logging_steps: 10,
      bf16: true,
      fp16: false,
      learning_rate: -1,
      loss_type: 'sigmoyd',
      num_generations: 8,
      max_steps: null,
    });
    expect(taken).toEqual([
      { key: 'beta', value: 0.2, from: 'beta' },
      { key: 'eval_strategy', value: 'steps', from: 'evaluation_strategy' },
    ]);
    expect(ignored).toEqual(['logging_steps', 'fp16', 'max_steps']);
    expect(refused.map(({ key }) => key)).toEqual(['bf16', 'learning_rate', 'loss_type', 'num_generations']);
    expect(refused[0].because).toMatch(/^training computes in float32/);
    expect(refused[3].because).toMatch(/^dpo has no such option/);
  });

  it('of RLOO and online DPO are found under the names that TRL has for them', () => {
    expect(sorted('rloo', { beta: 0.04, num_iterations: 2, epsilon: 0.1, max_completion_length: 64 }).taken).toEqual([
      { key: 'kl_coef', value: 0.04, from: 'beta' },
      { key: 'num_ppo_epochs', value: 2, from: 'num_iterations' },
      { key: 'cliprange', value: 0.1, from: 'epsilon' },
      { key: 'response_length', value: 64, from: 'max_completion_length' },
    ]);
    expect(sorted('online_dpo', { max_new_tokens: 64, beta: 0.2 }).taken.map(({ key }) => key)).toEqual([
      'response_length',
      'beta',
    ]);
  });

  it('that say the same thing differently are told', () => {
    const { taken, refused } = sorted('dpo', { max_length: 64, max_seq_length: 128 });
    expect(taken).toEqual([{ key: 'max_length', value: 64, from: 'max_length' }]);
    expect(refused[0]).toMatchObject({ key: 'max_seq_length', because: expect.stringContaining('max_length says') });
  });
});
