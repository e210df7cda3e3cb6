import type { CommandModule } from 'yargs'
import { asTyped } from './npm-command.ts'

/** yargs answers `--get-yargs-completions` with one candidate a line, written for $SHELL. */
const scripts = {
  bash: `_downpour() {
  COMPREPLY=($(compgen -W "$(SHELL=bash downpour --get-yargs-completions "\${COMP_WORDS[@]}")" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o bashdefault -o default -F _downpour downpour
`,
  zsh: `#compdef downpour
_downpour() {
  local -a candidates
  candidates=("\${(@f)$(SHELL=zsh downpour --get-yargs-completions "\${words[@]}")}")
  _describe 'values' candidates
}
compdef _downpour downpour
`,
  fish: `complete --no-files --command downpour --arguments '(SHELL=fish downpour --get-yargs-completions (commandline --tokenize --cut-at-cursor --current-process) (commandline --current-token))'
`,
} as const

interface CompletionArguments {
  readonly shell: keyof typeof scripts
}

export const completionCommand: CommandModule<object, CompletionArguments> = {
  command: 'completion <shell>',
  describe: 'Print a completion script for bash, zsh or fish',
  builder: (yargs) =>
    yargs
      .positional('shell', { choices: ['bash', 'zsh', 'fish'] as const, demandOption: true })
      .epilogue(
        asTyped(
          'For this shell: source <(npx downpour completion bash)\n' +
            'For fish: npx downpour completion fish | source',
        ),
      ),
  handler: ({ shell }) => void process.stdout.write(scripts[shell]),
}
