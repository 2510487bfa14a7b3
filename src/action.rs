//! Everything a person can ask for by a key, in one table.
//!
//! The palette, the help, the hints at the foot of the screen, the settings' key names and README's
//! key table all come from here. Not for: what an action does (`app`), or how keys are read
//! (`keymap`).

/// Where an action makes sense: contexts form a chain from the innermost outwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Context {
    /// Everywhere.
    Global,
    /// A list or text that can be moved through.
    List,
    /// The board of sessions.
    Board,
    /// The list of change requests.
    Changes,
    /// The review of one change request.
    Review,
    /// The builds screen.
    Builds,
    /// The manifest screen.
    Manifest,
    /// A session's screen while the transcript has the focus.
    Session,
    /// A session's composer.
    Composer,
    /// A permission request that has the focus.
    Permission,
    /// Questions that have the focus.
    Question,
    /// A longer text that belongs to a change request: a comment, a merge's message, a title.
    Writing,
    /// A form.
    Form,
    /// A line of text being typed: filter, search, palette, reason.
    Input,
    /// A yes-or-no dialog.
    Confirm,
    /// Help, messages and other overlays that are read.
    Reader,
}

impl Context {
    /// The word in the settings file and the heading in the help.
    pub fn name(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::List => "list",
            Self::Board => "board",
            Self::Changes => "changes",
            Self::Review => "review",
            Self::Builds => "builds",
            Self::Manifest => "manifest",
            Self::Session => "session",
            Self::Composer => "composer",
            Self::Permission => "permission",
            Self::Question => "question",
            Self::Writing => "writing",
            Self::Form => "form",
            Self::Input => "input",
            Self::Confirm => "confirm",
            Self::Reader => "reader",
        }
    }

    /// Whether unbound characters are typed text here.
    pub fn takes_text(self) -> bool {
        matches!(
            self,
            Self::Composer | Self::Input | Self::Writing | Self::Form
        )
    }

    /// All contexts, in the order of the help.
    pub const ALL: [Self; 16] = [
        Self::Global,
        Self::List,
        Self::Board,
        Self::Changes,
        Self::Review,
        Self::Builds,
        Self::Manifest,
        Self::Session,
        Self::Composer,
        Self::Permission,
        Self::Question,
        Self::Writing,
        Self::Form,
        Self::Input,
        Self::Confirm,
        Self::Reader,
    ];
}

/// What the table says about an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The action.
    pub action: Action,
    /// Its name in the settings file, `kebab-case`.
    pub name: &'static str,
    /// Where it makes sense.
    pub context: Context,
    /// Its default keys, as `keymap` reads them, separated by commas.
    pub keys: &'static str,
    /// What it does, one phrase.
    pub doc: &'static str,
}

macro_rules! actions {
    ($($context:ident { $($variant:ident $name:literal $keys:literal $doc:literal,)+ })+) => {
        /// Something a person can ask for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Action {
            $($(#[doc = $doc] $variant,)+)+
        }

        /// The table of all actions, in the order of the help.
        pub const TABLE: &[Entry] = &[
            $($(Entry {
                action: Action::$variant,
                name: $name,
                context: Context::$context,
                keys: $keys,
                doc: $doc,
            },)+)+
        ];
    };
}

actions! {
    Global {
        Quit "quit" "q" "Leave the screen, or the program from the board",
        Interrupt "interrupt" "ctrl-c" "Twice: quit from anywhere",
        Suspend "suspend" "ctrl-z" "Suspend the program",
        Help "help" "?, f1" "Show the keys of this screen",
        Palette "palette" "ctrl-p, :" "Find an action by name",
        Messages "messages" "!" "Show the log of messages",
        BoardScreen "board" "1" "Go to the board",
        ChangesScreen "changes" "2" "Go to the change requests",
        BuildsScreen "builds" "3" "Go to the builds",
        ManifestScreen "manifest" "4" "Go to the manifest",
        CheckProject "check-project" "alt-m" "Check the manifest of this project",
        CheckChange "check-change" "alt-c" "Check the manifest at the head of this change request",
        Refresh "refresh" "R, f5" "Fetch what is on the screen again",
        Redraw "redraw" "ctrl-l" "Draw the whole screen again",
    }
    List {
        Up "up" "k, up" "Move up",
        Down "down" "j, down" "Move down",
        Top "top" "g, home" "Go to the first",
        Bottom "bottom" "G, end" "Go to the last",
        HalfPageUp "half-page-up" "ctrl-u" "Move up half a page",
        HalfPageDown "half-page-down" "ctrl-d" "Move down half a page",
        PageUp "page-up" "pageup" "Move up a page",
        PageDown "page-down" "pagedown" "Move down a page",
        Open "open" "enter, right, l" "Open what is selected",
        Back "back" "esc, left, h" "Go back",
        Filter "filter" "/" "Filter or search",
        NextMatch "next-match" "n" "Go to the next match",
        PreviousMatch "previous-match" "N" "Go to the previous match",
        Copy "copy" "y" "Copy the value",
        CopyId "copy-id" "Y" "Copy the id",
        CopyFetch "copy-fetch" "b" "Copy the git command that fetches the session's branch",
    }
    Board {
        NewSession "new-session" "n" "Start a session",
        QuickPrompt "quick-prompt" "space" "Prompt or answer without opening",
        NextWaiting "next-waiting" "w" "Go to the next that needs you",
        OnlyWaiting "only-waiting" "W" "Show only those that need you",
        Stop "stop" "s" "Stop the session (asks)",
        Restart "restart" "ctrl-r" "Boot the session again from its branch (asks)",
        Rename "rename" "e" "Rename the session",
        Delete "delete" "D" "Delete the session (asks)",
        Order "order" "o" "Change the order",
        Preview "preview" "p" "Show or hide the preview",
        ShowChange "show-change" "d" "Review the session's change request",
    }
    Changes {
        NextStatus "next-status" "tab" "Show those of the next state: open, merged, closed, all",
        PreviousStatus "previous-status" "backtab" "Show those of the state before",
        ProjectOnly "project-only" "p" "Show only those of this project, or of all again",
        OpenSession "open-session" "o" "Open the session that made the change request",
        MergeListed "merge-listed" "m" "Merge the change request (asks)",
        CloseListed "close-listed" "x" "Close the change request (asks)",
        ReopenListed "reopen-listed" "X" "Reopen the change request",
    }
    Review {
        NextHunk "next-hunk" "]" "Go to the next hunk",
        PreviousHunk "previous-hunk" "[" "Go to the hunk before",
        NextFile "next-file" "}" "Go to the next file",
        PreviousFile "previous-file" "{" "Go to the file before",
        NextComment "next-comment" ")" "Go to the next comment",
        PreviousComment "previous-comment" "(" "Go to the comment before",
        SwitchPane "switch-pane" "tab" "Go to the files, or back to the lines",
        FindFile "find-file" "f" "Go to a file by a part of its name",
        Tree "tree" "t" "Show or hide the files",
        SideBySide "side-by-side" "s" "Side by side, or one column",
        HideWhitespace "hide-whitespace" "i" "Hide or show changes of nothing but whitespace",
        WrapLines "wrap-lines" "W" "Wrap long lines, or scroll them",
        ScrollLeft "scroll-left" "H, shift-left" "Scroll long lines to the left",
        ScrollRight "scroll-right" "L, shift-right" "Scroll long lines to the right",
        FoldPart "fold-part" "o" "Fold or unfold the hunk or file",
        FoldParts "fold-parts" "O" "Fold or unfold all files",
        MoreContext "more-context" "e" "Show more of what is unchanged here",
        AllContext "all-context" "E" "Show all that is unchanged in this file",
        MarkFile "mark-file" "r" "Mark the file as reviewed and go to the next, or take the mark away",
        MarkHunk "mark-hunk" "space" "Mark the hunk as reviewed and go to the next, or take the mark away",
        SinceLooked "since-looked" "u" "Show only what changed since you last looked, or all again",
        SelectLines "select-lines" "v" "Begin or end a range of lines",
        Comment "comment" "c" "Comment on the line or the range; on a file's head, on the file",
        CommentAll "comment-all" "A" "Comment on the whole change request",
        EditComment "edit-comment" "enter" "Edit the comment, or open what is folded",
        DeleteComment "delete-comment" "D" "Delete the comment; undo brings it back",
        UndoDelete "undo-delete" "alt-u, ctrl-_" "Bring the deleted comment back",
        SendComments "send-comments" "C" "Send the comments to the session's agent (shows them first)",
        ListComments "list-comments" "M" "Show all comments, sent and outdated ones too",
        ExportComments "export-comments" "ctrl-e" "Write the comments to a Markdown file",
        CopyComments "copy-comments" "ctrl-y" "Copy the comments as Markdown",
        MergeChange "merge-change" "m" "Merge the change request (asks)",
        CloseChange "close-change" "x" "Close the change request (asks)",
        ReopenChange "reopen-change" "X" "Reopen the change request",
        EditChange "edit-change" "T" "Edit the change request's title and description",
        ReviewSession "review-session" "S" "Open the session that made the change request",
    }
    Builds {
        NextPane "next-pane" "tab" "Go to the other list",
        ErrorInFull "error-in-full" "e" "Show the build's error in full",
    }
    Manifest {
        NextFinding "next-finding" "]" "Go to the next finding",
        PreviousFinding "previous-finding" "[" "Go to the finding before",
        NextCheckedFile "next-checked-file" "}" "Go to the next file",
        PreviousCheckedFile "previous-checked-file" "{" "Go to the head of the file, then to the file before",
        OtherPane "other-pane" "tab" "Go to the source, or back to the findings",
        EditFile "edit-file" "e" "Open the file in $EDITOR at the line; checks again on return",
        ApplyFix "fix" "f" "Make the change that mends the finding (shows it first)",
        Explain "explain" "i" "Show the finding in full, with what its code means",
        PickSource "source" "p" "Choose what is looked at: a folder, a project, a change request",
        FoldGroup "fold-group" "o" "Fold or unfold what belongs to the heading",
        SourceLeft "source-left" "H, shift-left" "Scroll long lines to the left",
        SourceRight "source-right" "L, shift-right" "Scroll long lines to the right",
    }
    Session {
        Compose "compose" "i, tab" "Write a prompt",
        Abort "abort" "esc esc" "Abort the agent's turn",
        Fold "fold" "o" "Fold or unfold the block",
        FoldAll "fold-all" "O" "Fold or unfold all blocks",
        NextPrompt "next-prompt" "]" "Go to the next prompt",
        PreviousPrompt "previous-prompt" "[" "Go to the previous prompt",
        NextAsk "next-ask" "a" "Answer what the agent asks",
        Facts "facts" "f" "Show or hide the facts beside the transcript",
        Reasoning "reasoning" "t" "Show or hide the agent's reasoning",
        Child "child" "c" "Go through the subagents of this session",
        SessionStop "session-stop" "s" "Stop the session (asks)",
        SessionRestart "session-restart" "ctrl-r" "Boot the session again from its branch (asks)",
        SessionStart "session-start" "S" "Start the session's sandbox again",
        SessionChange "session-change" "d" "Review the session's change request",
        SessionNextWaiting "session-next-waiting" "w" "Go to the next session that needs you",
    }
    Composer {
        Send "send" "enter" "Send the prompt",
        NewLine "new-line" "alt-enter, shift-enter, ctrl-j" "Begin a new line",
        LeaveComposer "leave-composer" "esc, tab" "Go back to the transcript; the draft stays",
        EditExternally "edit-externally" "ctrl-x, ctrl-e" "Write the prompt in $EDITOR",
        OlderPrompt "older-prompt" "ctrl-up, alt-p" "Take an older prompt",
        NewerPrompt "newer-prompt" "ctrl-down, alt-n" "Take a newer prompt",
        ClearDraft "clear-draft" "ctrl-k" "Clear the draft; undo brings it back",
        UndoText "undo-text" "alt-u, ctrl-_" "Undo the last change of the text",
    }
    Permission {
        AllowOnce "allow-once" "y" "Allow it this time",
        AllowAlways "allow-always" "A" "Allow it and what is shown beside it, from now on",
        Deny "deny" "n" "Refuse it; the turn ends",
        DenyWithReason "deny-with-reason" "r" "Refuse it and tell the agent why",
        LaterPermission "later" "esc" "Go back to the transcript; the request stays",
        NextRequest "next-request" "tab" "Look at the next request",
    }
    Question {
        Choose "choose" "space, x" "Choose or unchoose the answer",
        SubmitAnswers "submit-answers" "enter" "Send the answers",
        FreeText "free-text" "i" "Answer in your own words",
        NextQuestion "next-question" "tab, right" "Go to the next question",
        PreviousQuestion "previous-question" "backtab, left" "Go to the previous question",
        RejectQuestion "reject-question" "X" "Give no answer; the turn ends",
        LaterQuestion "later-question" "esc" "Go back to the transcript; the question stays",
    }
    Writing {
        Save "save" "enter, f2" "Keep the comment; in a dialog, do what it asks about",
        WriteNewLine "write-new-line" "alt-enter, shift-enter, ctrl-j" "Begin a new line",
        WriteExternally "write-externally" "ctrl-x" "Write the text in $EDITOR",
        LeaveWriting "leave-writing" "esc" "Leave; what was typed stays for the next time",
    }
    Form {
        NextField "next-field" "tab" "Go to the next field",
        PreviousField "previous-field" "backtab" "Go to the previous field",
        SubmitForm "submit-form" "enter, f2" "Take the suggestion, else start the session",
        FormNewLine "form-new-line" "alt-enter, shift-enter, ctrl-j" "Begin a new line in the prompt",
        CancelForm "cancel-form" "esc" "Leave; what was typed stays for the next time",
        FormEditExternally "form-edit-externally" "ctrl-x" "Write the text in $EDITOR",
    }
    Input {
        Accept "accept" "enter" "Take it",
        Cancel "cancel" "esc" "Leave it",
        InputNext "input-next" "down, ctrl-n, tab" "Go to the next match",
        InputPrevious "input-previous" "up, ctrl-p, backtab" "Go to the previous match",
    }
    Confirm {
        Yes "yes" "y" "Yes",
        No "no" "n, esc, q" "No",
    }
    Reader {
        Close "close" "esc, q, enter" "Close it",
    }
}

impl Action {
    /// What the table says about this action.
    pub fn entry(self) -> &'static Entry {
        // The table is made from the same list as the enumeration, in the same order.
        &TABLE[self as usize]
    }

    /// The action of this name in the settings file.
    pub fn by_name(name: &str) -> Option<Self> {
        TABLE
            .iter()
            .find(|entry| entry.name == name)
            .map(|entry| entry.action)
    }
}
