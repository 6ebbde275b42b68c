/** The step bar of a wizard: done steps can be gone back to. */
import { IconCheck } from '@tabler/icons-react';
import './parts.css';

export interface StepperProps {
  readonly steps: readonly string[];
  readonly current: number;
  readonly onStep: (index: number) => void;
}

export function Stepper({ steps, current, onStep }: StepperProps) {
  return (
    <nav aria-label="Steps">
      <ol className="pl-steps">
        {steps.map((step, index) => (
          <li key={step}>
            {index < current ? (
              <button type="button" className="pl-step" onClick={() => onStep(index)}>
                <IconCheck size={15} stroke={1.8} aria-label="done" /> {step}
              </button>
            ) : (
              <span className="pl-step" aria-current={index === current ? 'step' : undefined}>
                <i>{index + 1}</i> {step}
              </span>
            )}
          </li>
        ))}
      </ol>
    </nav>
  );
}
