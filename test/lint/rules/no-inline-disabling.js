'use strict';
/**
 * A rule is not switched off, or set otherwise, in the file that breaks it. `noInlineConfig` makes such a comment inert; this
 * makes it an error, and says where the decision belongs.
 */
const ORDER = /^\s*(eslint(?:-(?:disable|enable|env))?(?:-next-line|-line)?\b|globals?\s+\w|exported\s+\w|@ts-(?:ignore|nocheck)\b)/;

module.exports = {
  meta: { type: 'problem', schema: [], messages: { off: "'{{order}}': rules are not switched off in a file; a new door goes into PLACES of .eslintrc.cjs" } },
  create(context) {
    return {
      Program() {
        for (const comment of context.sourceCode.getAllComments()) {
          const order = ORDER.exec(comment.value)?.[1];
          if (order !== undefined) context.report({ loc: comment.loc, messageId: 'off', data: { order } });
        }
      },
    };
  },
};
