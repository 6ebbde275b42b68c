/** Models, the page of one model and the way in, in the registry of pages. */
import { IconBox, IconCloudDownload, IconPlus } from '@tabler/icons-react';
import type { Page } from '../page.ts';
import { AddModelPage } from './add-model.tsx';
import { ModelPage } from './model.tsx';
import { ModelsPage } from './models.tsx';

export const modelsPage: Page = {
  id: 'models',
  title: 'Models',
  path: '/models',
  under: ['/models', '/add-model'],
  icon: IconBox,
  key: 'M',
  routes: [
    ['/models', ModelsPage],
    ['/models/:name', ModelPage],
    ['/add-model/:from?', AddModelPage],
  ],
  actions: [
    { id: 'add-model', title: 'Add a model', hint: 'folder, GGUF', icon: IconPlus, path: '/add-model' },
    { id: 'hub', title: 'Import a model from the hub', hint: '', icon: IconCloudDownload, path: '/add-model/hub' },
  ],
};
