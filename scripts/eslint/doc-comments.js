// Lint rule `daffi/doc-comments`: a doc comment names its subject, so it does not begin with a relative clause.
// @ts-check

const REFUSED = /^\*\s*(?:\*\s*)?(Of|Who|Whom|Whose|What|Those)\b/

/** @type {import('eslint').Rule.RuleModule} */
export const docComments = {
  meta: {
    type: 'suggestion',
    schema: [],
    messages: {
      begin: 'A doc comment begins with a noun phrase or a verb, not with "{{ word }}".',
    },
  },
  create(context) {
    return {
      Program() {
        for (const comment of context.sourceCode.getAllComments()) {
          if (comment.type !== 'Block') continue
          const word = REFUSED.exec(comment.value)?.[1]
          if (word !== undefined && comment.loc)
            context.report({ loc: comment.loc, messageId: 'begin', data: { word } })
        }
      },
    }
  },
}
