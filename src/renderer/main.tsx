/** Entry of the page: styles in their order, then the app. */
import '@mantine/core/styles.layer.css';
import '@mantine/notifications/styles.layer.css';
import '../charts/tokens.css';
import './theme/base.css';
import './theme/mantine.css';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no element with id "root" to draw the app in.');
createRoot(root).render(<App />);
