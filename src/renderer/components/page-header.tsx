/** The 56 px head of a page: breadcrumb, its one h1, facts, actions, and at most one primary action. */
import { Button, type ButtonProps } from '@mantine/core';
import { IconChevronRight } from '@tabler/icons-react';
import { type ReactNode, useEffect } from 'react';
import { Link } from 'wouter';

export interface PageHeaderProps {
  readonly title: string;
  /** Page above this one. */
  readonly parent?: { readonly title: string; readonly path: string };
  readonly facts?: ReactNode;
  readonly actions?: ReactNode;
}

export function PageHeader({ title, parent, facts, actions }: PageHeaderProps) {
  useEffect(() => {
    document.title = `${title} · Plumbline`;
  }, [title]);
  return (
    <header className="pl-header">
      {parent && (
        <nav className="pl-crumbs" aria-label="Breadcrumb">
          <Link href={parent.path} aria-label={`Back to ${parent.title}`}>
            {parent.title}
          </Link>
          <IconChevronRight size={14} aria-hidden="true" />
        </nav>
      )}
      <h1 className="pl-ellipsis" title={title}>
        {title}
      </h1>
      {facts && <div className="pl-facts">{facts}</div>}
      <div className="pl-actions">{actions}</div>
    </header>
  );
}

/** The one filled button of a page; N presses it. */
export function PrimaryButton(props: ButtonProps & { onClick: () => void; children: ReactNode; large?: boolean }) {
  const { large = false, ...rest } = props;
  return <Button variant="filled" size={large ? 'lg' : 'sm'} data-primary="" {...rest} />;
}
