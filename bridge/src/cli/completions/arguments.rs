//! Arguments of `chime completions`.

use clap::Args;
use clap_complete::Shell;

/// Arguments of `chime completions`.
#[derive(Args, Debug)]
#[command(after_help = "\
The shell asks chime for each completion: commands, options, and the names of your tasks, codices,
alerts, networks and identities. The network is only asked if it runs. Write the file again after an
upgrade of chime.

Where shells look for it (create the directory if there is none):
  chime completions bash > ~/.local/share/bash-completion/completions/chime
  chime completions zsh > ~/.zfunc/_chime        with fpath+=~/.zfunc before compinit
  chime completions fish > ~/.config/fish/completions/chime.fish
  chime completions powershell >> $PROFILE
  chime completions elvish >> ~/.config/elvish/rc.elv")]
pub struct CompletionsArguments {
    /// The shell.
    #[arg(value_enum, value_name = "SHELL")]
    pub shell: Shell,
}
