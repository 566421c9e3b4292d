import { definePlugin } from '../../internal/consumers/plugin.ts';

let seen = 0;

/** The cheapest subscriber there is: it looks at every event and keeps nothing. */
export default definePlugin({
  name: 'counting',
  onEvent(event) {
    seen += event.sequence & 1;
  },
  stop(context) {
    context.logger.debug('counted', { seen });
  },
});
