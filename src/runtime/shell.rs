//! The loop: waits for whatever happens next, hands it to the engine, and draws.

use std::{collections::VecDeque, time::Duration};

use tokio::{sync::mpsc, task::JoinSet, time::Instant};

use crate::{
    api::feed::FeedOutput,
    app::{
        State,
        event::{Effect, Event, Level, OpId},
    },
    config::{environment::Environment, reviews::Reviews},
    model::{id::HostName, time::Millis},
    runtime::{
        Error, Exit, FAREWELL, Launch, Look, PanicAt,
        calls::Scope,
        canvas::Charset,
        clock::Clock,
        crash,
        feeds::Feeds,
        frames::Frames,
        hosts::{Clients, Running, StartProblem, Starting},
        input::{Answer, Input, Reader},
        keeper::{Keeper, Places},
        output::{Output, Written},
        reviews::ReviewKeeper,
        signals::{Came, Signals},
        terminal::{Modes, Questions, Terminal},
    },
    theme::{Background, Theme},
};

/// Replies that may wait; each is one call of ours, and those are bounded.
const REPLIES: usize = 256;
/// Batches of streams that may wait; behind them the feeds merge.
const STREAMS: usize = 64;
/// Keys and the like that are taken before streams and replies get their turn.
const INPUTS_AT_ONCE: usize = 256;
/// How long `esc` waits to become a sequence.
const ESCAPE: Duration = Duration::from_millis(50);
/// The same where a network is in between.
const ESCAPE_REMOTE: Duration = Duration::from_millis(100);
/// How long the answers of the terminal are waited for at the end, so that they are not typed into
/// the shell that follows.
const LAST_ANSWERS: Duration = Duration::from_millis(120);
/// How long a control plane in this process may take to end after the person left.
const STOP: Duration = Duration::from_secs(10);

/// How late the signal of a continuation may come.
const CONTINUED: Duration = Duration::from_millis(100);

/// What tasks say to the loop.
#[derive(Debug)]
pub(super) enum Message {
    /// Something for the engine.
    Event(Event),
    /// A call came back.
    Reply(OpId, Event),
    /// A host's client is made.
    HostReady(HostName),
    /// The editor or pager is left.
    Returned(Event),
    /// The control plane in this process did not start.
    NotStarted(StartProblem),
}

/// Everything around the engine.
pub(super) struct Shell {
    pub(super) state: State,
    pub(super) clock: Clock,
    pub(super) frames: Frames,
    pub(super) terminal: Terminal,
    pub(super) reader: Reader,
    pub(super) tasks: JoinSet<()>,
    pub(super) calls: std::collections::HashMap<OpId, tokio::task::AbortHandle>,
    pub(super) clients: Clients,
    pub(super) scope: Scope,
    pub(super) feeds: Feeds,
    pub(super) keeper: Option<Keeper>,
    pub(super) review_keeper: Option<ReviewKeeper>,
    /// Watches the files of the manifest that is looked at.
    pub(super) watcher: Option<tokio::task::AbortHandle>,
    pub(super) messages: mpsc::Sender<Message>,
    pub(super) wake_at: Option<Millis>,
    /// Whether an editor or pager has the terminal.
    pub(super) is_handed_over: bool,
    pub(super) environment: Environment,
    pub(super) exit: Option<Exit>,
    continued: Option<Instant>,
    look: Look,
    has_answered: bool,
    inbox: mpsc::Receiver<Message>,
    streams: mpsc::Receiver<FeedOutput>,
    inputs: mpsc::Receiver<Vec<Input>>,
    waiting: VecDeque<Input>,
    written: mpsc::Receiver<Written>,
    signals: Signals,
    embedded: Option<std::sync::Arc<tokio::sync::Mutex<Option<Running>>>>,
    panic_at: Option<PanicAt>,
}

impl Shell {
    /// Takes the terminal over and draws what the last run knew, before anything else happens.
    pub fn begin(launch: Launch) -> Result<Self, Error> {
        let (output, written) = Output::start().map_err(Error::System)?;
        let terminal = Terminal::new(
            output.shared(),
            Modes {
                mouse: launch.mouse,
            },
        );
        crash::watch(terminal.clone(), launch.state_folder);
        let before = terminal.enter(Questions::Ask).map_err(Error::Terminal)?;
        let size = terminal.size();
        let frames = frames(output, size, launch.charset, &launch.look, before);
        let is_remote = launch.environment.var("SSH_CONNECTION").is_some();
        let escape = if is_remote { ESCAPE_REMOTE } else { ESCAPE };
        let (reader, inputs) = Reader::start(escape).map_err(Error::System)?;
        let (messages, inbox) = mpsc::channel(REPLIES);
        let (stream, streams) = mpsc::channel(STREAMS);
        let reviews = |places: &Places| ReviewKeeper::new(Reviews::new(&places.reviews));
        let mut clock = Clock::start();
        let mut shell = Self {
            state: State::new(launch.setup, size, clock.now()),
            clock,
            frames,
            terminal,
            reader,
            tasks: JoinSet::new(),
            calls: std::collections::HashMap::new(),
            clients: Clients::default(),
            scope: Scope {
                account: launch.account,
                project: launch.project,
            },
            feeds: Feeds::new(stream),
            review_keeper: launch.places.as_ref().map(reviews),
            keeper: launch.places.map(Keeper::new),
            watcher: None,
            messages,
            wake_at: None,
            is_handed_over: false,
            environment: launch.environment,
            exit: None,
            continued: None,
            look: launch.look,
            has_answered: false,
            inbox,
            streams,
            inputs,
            waiting: VecDeque::new(),
            written,
            signals: Signals::listen().map_err(Error::System)?,
            embedded: None,
            panic_at: launch.panic_at,
        };
        // Only prepares: nothing is waited for before the first frame.
        shell.meet(launch.hosts, launch.embedded);
        shell.recall(launch.notices);
        shell.draw();
        Ok(shell)
    }

    fn recall(&mut self, notices: Vec<(Level, String)>) {
        let mut notices = notices;
        if let Some(keeper) = &self.keeper {
            let (memory, problems) = keeper.read();
            let problems = problems.iter().map(|problem| problem.to_string());
            notices.extend(problems.map(|text| (Level::Warning, text)));
            self.feed(Event::Recalled(Box::new(memory)));
        }
        for (level, text) in notices {
            self.feed(Event::Notice(level, text));
        }
    }

    /// Has the clients made, and the control plane in this process started.
    fn meet(
        &mut self,
        hosts: Vec<crate::model::host::Host>,
        embedded: Option<(HostName, Starting)>,
    ) {
        for host in hosts {
            let name = host.name.clone();
            self.clients.add(host, &mut self.tasks);
            self.announce(name);
        }
        let Some((name, starting)) = embedded else {
            return;
        };
        let slot = self.clients.reserve(name.clone());
        let running = std::sync::Arc::new(tokio::sync::Mutex::new(None));
        self.embedded = Some(std::sync::Arc::clone(&running));
        let messages = self.messages.clone();
        self.tasks.spawn(async move {
            match starting.await {
                Ok(started) => {
                    let host = started.host.clone();
                    *running.lock().await = Some(started);
                    let made = crate::api::Client::new(host, crate::api::Limits::default());
                    let _ = slot.send(Some(made));
                }
                Err(problem) => {
                    let _ = messages.send(Message::NotStarted(problem)).await;
                }
            }
        });
        self.announce(name);
    }

    /// Tells the loop when a host's client is made.
    fn announce(&mut self, name: HostName) {
        let made = self.clients.wait(&name);
        let messages = self.messages.clone();
        self.tasks.spawn(async move {
            if made.await.is_ok() {
                let _ = messages.send(Message::HostReady(name)).await;
            }
        });
    }

    /// Runs until something ends the program.
    pub async fn run(&mut self) -> Exit {
        self.fail_on_purpose();
        loop {
            self.wait().await;
            if let Some(exit) = self.exit.take() {
                return exit;
            }
            self.draw();
        }
    }

    /// Waits for one thing to happen and takes it; what a person does comes first.
    async fn wait(&mut self) {
        let due = self.due();
        tokio::select! {
            biased;
            () = std::future::ready(()), if !self.waiting.is_empty() => self.take_waiting(),
            Some(inputs) = self.inputs.recv() => {
                self.waiting.extend(inputs);
                self.take_waiting();
            }
            came = self.signals.next() => self.take_signal(came),
            Some(written) = self.written.recv() => self.frames.written(written),
            Some(message) = self.inbox.recv() => self.take_message(message),
            Some(output) = self.streams.recv() => self.take_stream(output),
            Some(ended) = self.tasks.join_next() => {
                if ended.is_err_and(|error| error.is_panic()) {
                    let text = "an internal task failed; the log has the reason";
                    self.feed(Event::Notice(Level::Error, text.to_owned()));
                }
            }
            () = tokio::time::sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                if self.is_awake() {
                    self.tick();
                }
            }
        }
    }

    /// When the loop must wake by itself.
    fn due(&mut self) -> Option<Instant> {
        let frame = (!self.is_handed_over)
            .then(|| self.frames.due())
            .flatten()
            .map(Instant::from_std);
        let wake = self.wake_at.map(|at| {
            let wait = u64::try_from(at.0.saturating_sub(self.clock.now().0)).unwrap_or(0);
            Instant::now() + Duration::from_millis(wait)
        });
        frame.into_iter().chain(wake).min()
    }

    fn is_awake(&mut self) -> bool {
        let now = self.clock.now();
        self.wake_at.is_some_and(|at| at <= now)
    }

    fn tick(&mut self) {
        let now = self.clock.now();
        // The engine does not repeat a wish that still stands.
        self.wake_at = self.wake_at.filter(|at| *at > now);
        let effects = self.state.update(Event::Clock(now));
        self.carry_out(effects);
    }

    /// Hands an event to the engine, with the time before it.
    pub(super) fn feed(&mut self, event: Event) {
        self.tick();
        let effects = self.state.update(event);
        self.carry_out(effects);
    }

    fn take_waiting(&mut self) {
        for _ in 0..INPUTS_AT_ONCE {
            let Some(input) = self.waiting.pop_front() else {
                return;
            };
            match input {
                Input::Event(event) => {
                    self.frames.hurry();
                    self.feed(event);
                }
                Input::Answer(answer) => self.take_answer(answer),
                Input::Gone => self.exit = Some(Exit::TerminalGone),
            }
        }
    }

    fn take_answer(&mut self, answer: Answer) {
        match answer {
            Answer::Background(red, green, blue) => self.suit(red, green, blue),
            Answer::Keyboard => {
                if let Some(bytes) = self.terminal.keyboard_known() {
                    self.frames.send(bytes);
                }
            }
            Answer::Device => {
                self.has_answered = true;
                self.frames.answers();
            }
            Answer::Ready => self.frames.ready(),
        }
    }

    /// Takes the theme that suits the terminal's background.
    fn suit(&mut self, red: u16, green: u16, blue: u16) {
        let Look::Suited { depth, .. } = self.look else {
            return;
        };
        // Brightness as the eye sees it, in thousandths.
        let brightness =
            (u64::from(red) * 299 + u64::from(green) * 587 + u64::from(blue) * 114) / 65_535;
        let background = if brightness >= 500 {
            Background::Light
        } else {
            Background::Dark
        };
        self.frames.paint(Theme::for_background(background, depth));
    }

    fn take_signal(&mut self, came: Came) {
        match came {
            // While an editor has the terminal, its keys for these are not meant for us.
            Came::End(2 | 3) if self.is_handed_over => {}
            Came::End(number) => self.exit = Some(Exit::Signal(number)),
            Came::Stop => self.stop(),
            Came::Continue => {
                // The signal that belongs to a stop of our own was answered there.
                let is_known = |at: Instant| at.elapsed() < CONTINUED;
                if !self.continued.take().is_some_and(is_known) {
                    self.take_back();
                }
            }
            Came::Resize => {
                // Terminals keep different things when they change, also when they change back.
                self.frames.repaint(b"");
                self.resized();
            }
        }
    }

    fn resized(&mut self) {
        let (columns, rows) = self.terminal.size();
        if self.state.size != (columns, rows) {
            self.frames.resize((columns, rows));
            self.feed(Event::Resize(columns, rows));
        }
    }

    /// Stops the process with the terminal as it was; continues when it is continued.
    pub(super) fn stop(&mut self) {
        if !has_job_control() {
            let text = "no shell here could continue the program, so it goes on";
            return self.feed(Event::Notice(Level::Warning, text.to_owned()));
        }
        if !self.is_handed_over {
            self.reader.pause();
            self.terminal.leave();
        }
        let stop = rustix::process::Signal::STOP;
        let _ = rustix::process::kill_process(rustix::process::getpid(), stop);
        // From here on somebody has continued it.
        self.continued = Some(Instant::now());
        self.take_back();
    }

    /// Takes the terminal again, or asserts that it is ours, and draws everything.
    pub(super) fn take_back(&mut self) {
        if self.is_handed_over {
            return;
        }
        match self.terminal.enter(Questions::Skip) {
            Ok(before) => self.frames.repaint(&before),
            Err(_) => self.exit = Some(Exit::TerminalGone),
        }
        self.reader.resume();
        self.resized();
    }

    fn take_message(&mut self, message: Message) {
        match message {
            Message::Event(event) => self.feed(event),
            Message::Reply(op, event) => {
                // One that was given up meanwhile is nobody's.
                if self.calls.remove(&op).is_some() {
                    self.feed(event);
                }
            }
            Message::HostReady(name) => self.feeds.host_ready(&self.state, &self.clients, &name),
            Message::Returned(event) => {
                self.is_handed_over = false;
                self.take_back();
                self.feed(event);
            }
            Message::NotStarted(problem) => self.exit = Some(Exit::NotStarted(problem)),
        }
    }

    fn take_stream(&mut self, output: FeedOutput) {
        match output {
            FeedOutput::Batch(key, events) => {
                self.feed(Event::Stream(key.clone(), events));
                self.feeds.took_news(&self.state, &key);
            }
            FeedOutput::Link(key, link) => self.feed(Event::Link(key, link)),
        }
    }

    /// Draws if something changed and it is time.
    fn draw(&mut self) {
        if self.state.take_changed() {
            self.frames.touch();
        }
        if self.is_handed_over {
            return;
        }
        if let Some(measures) = self.frames.draw(&self.state)
            && measures != self.state.measures
        {
            self.feed(Event::Measured(measures));
        }
    }

    /// Keeps what the engine wants kept on its way out; nothing else is done any more.
    fn keep_at_the_end(&self, effect: Effect) {
        match (effect, &self.keeper, &self.review_keeper) {
            (Effect::Remember(memory), Some(keeper), _) => keeper.flush(*memory, FAREWELL),
            (Effect::KeepReview(change, review), _, Some(keeper)) => {
                keeper.wish(change, review);
            }
            (Effect::KeepPatch(change, patch), _, Some(keeper)) => {
                keeper.keep_patch(&change, &patch, FAREWELL);
            }
            _ => {}
        }
    }

    /// Keeps what is to be kept, gives the terminal back, and ends what runs.
    pub async fn end(&mut self, exit: &Exit) {
        let memory = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            self.state.update(Event::Terminate)
        }));
        if *exit == Exit::Quit {
            self.last_answers().await;
        }
        self.terminal.leave();
        for effect in memory.unwrap_or_default() {
            self.keep_at_the_end(effect);
        }
        if let Some(keeper) = &self.review_keeper {
            keeper.flush(FAREWELL);
        }
        self.tasks.abort_all();
        let patience = if *exit == Exit::Quit { STOP } else { FAREWELL };
        if let Some(running) = self.embedded.take() {
            let stop = async move {
                if let Some(running) = running.lock().await.take() {
                    running.stop.await;
                }
            };
            let _ = tokio::time::timeout(patience, stop).await;
        }
    }

    /// Waits a moment for answers that the terminal still owes.
    async fn last_answers(&mut self) {
        let end = Instant::now() + LAST_ANSWERS;
        while !self.has_answered || self.frames.awaits_answer() {
            match tokio::time::timeout_at(end, self.inputs.recv()).await {
                Ok(Some(inputs)) => inputs.into_iter().for_each(|input| {
                    if let Input::Answer(answer) = input {
                        self.take_answer(answer);
                    }
                }),
                Ok(None) | Err(_) => return,
            }
        }
    }

    #[expect(clippy::panic, reason = "tests ask for it with a hidden flag")]
    fn fail_on_purpose(&mut self) {
        match self.panic_at {
            Some(PanicAt::Ui) => panic!("asked to fail in the loop"),
            Some(PanicAt::Worker) => {
                self.tasks
                    .spawn(async { panic!("asked to fail in a task") });
            }
            None => {}
        }
    }
}

fn frames(
    output: Output,
    size: (u16, u16),
    charset: Charset,
    look: &Look,
    before: Vec<u8>,
) -> Frames {
    let theme = match look {
        Look::Fixed(theme) => Theme::clone(theme),
        Look::Suited { first, .. } => Theme::clone(first),
    };
    Frames::new(output, size, charset, theme, before)
}

/// Whether a shell can continue the program after a stop.
fn has_job_control() -> bool {
    use rustix::process::{getppid, getsid};
    let (ours, parents) = (getsid(None), getppid().map(|parent| getsid(Some(parent))));
    matches!((ours, parents), (Ok(ours), Some(Ok(parents))) if ours == parents)
}
