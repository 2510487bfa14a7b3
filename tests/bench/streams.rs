//! 200 agents that send 50 events a second each, all followed by one process, while somebody
//! presses a key ten times a second: from the moment at which a key was due to the bytes of its
//! frame. The loop is the shell's: keys first, then news, frames as [`Pace`] says.

use std::{
    io::{self, Error},
    time::{Duration, Instant},
};

use kortix_tui::{
    api::{
        Client, Limits,
        feed::{FeedHandle, FeedOptions, FeedOutput, follow},
    },
    app::event::Event,
    model::{
        agent::stream::LinkState,
        host::{Host, Token},
        session::SandboxAddress,
    },
    runtime::pace::Pace,
};
use tokio::{
    select,
    sync::mpsc,
    time::{interval, sleep_until, timeout},
};

use crate::{
    Bench, Effort, Outcome,
    agents::{Agents, RATE},
    process::Cost,
    stage::{Stage, letter},
    statistics::{Times, readable},
    world::{self, HOST},
};

const STREAMS: usize = 200;
const PROJECTS: usize = 10;
const SIZE: (u16, u16) = (120, 40);
/// As in the shell.
const BATCHES: usize = 64;
const KEYS: Duration = Duration::from_millis(100);
/// How long all streams may take to be open.
const OPENING: Duration = Duration::from_secs(30);

/// The benches of this file.
pub fn benches() -> Vec<Bench> {
    vec![Bench {
        name: "streams: 200 × 50 events/s, key",
        run: streams,
    }]
}

fn streams(effort: Effort) -> io::Result<Outcome> {
    let length = match effort {
        Effort::Full => Duration::from_secs(20),
        Effort::Quick => Duration::from_secs(1),
    };
    let agents = Agents::start()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let (sender, receiver) = mpsc::channel(BATCHES);
        let feeds = feeds(&agents.url, sender)?;
        let mut screen = Screen::new(receiver)?;
        timeout(OPENING, screen.until_live())
            .await
            .map_err(|_| Error::other("not all streams came to be live"))?;
        let before = Cost::own()?;
        let start = Instant::now();
        screen.run(length).await;
        let after = Cost::own()?;
        drop(feeds);
        let cpu = after.cpu.saturating_sub(before.cpu).as_secs_f64();
        let share = cpu / start.elapsed().as_secs_f64() * 100.0;
        let [frame, slow] = [50, 99].map(|percent| readable(screen.frames.percentile(percent)));
        let (count, seconds) = (screen.frames.count(), start.elapsed().as_secs_f64());
        let note = format!(
            "frames {frame} (p99 {slow}), {:.0} a second; {:.0} batches/s of {} events/s; \
             {share:.0} % of a core, PSS {} MB",
            count as f64 / seconds,
            screen.batches as f64 / seconds,
            STREAMS * RATE as usize,
            after.memory / 1_000_000,
        );
        Ok(Outcome {
            times: screen.keys,
            note,
        })
    })
}

fn feeds(url: &str, sender: mpsc::Sender<FeedOutput>) -> io::Result<Vec<FeedHandle>> {
    let host = Host {
        name: HOST.into(),
        url: url.to_owned(),
        token: Token::new("kortix_pat_bench"),
    };
    let limits = Limits {
        // Opening is not what is measured.
        stream_spacing: Duration::from_millis(2),
        ..Limits::default()
    };
    let client = Client::new(host, limits).map_err(Error::other)?;
    let follow = |number: usize| {
        let options = FeedOptions {
            address: Some(SandboxAddress {
                external_id: format!("sbx-{number}").into(),
                port: 4096,
            }),
            watch: [world::agent_id(number).into()].into(),
            ..FeedOptions::default()
        };
        follow(
            &client,
            world::key(number, PROJECTS),
            options,
            sender.clone(),
        )
    };
    Ok((0..STREAMS).map(follow).collect())
}

/// The loop of the shell with its measurements.
struct Screen {
    stage: Stage,
    receiver: mpsc::Receiver<FeedOutput>,
    pace: Pace,
    began: Instant,
    /// When the keys were due that no frame has shown yet.
    pressed: Vec<Instant>,
    batches: usize,
    keys: Times,
    frames: Times,
}

impl Screen {
    fn new(receiver: mpsc::Receiver<FeedOutput>) -> io::Result<Self> {
        let mut stage = Stage::new(SIZE)?;
        let rows: Vec<_> = (0..STREAMS)
            .map(|number| world::row(number, PROJECTS, STREAMS))
            .collect();
        stage.settle(&world::projects(PROJECTS), &rows);
        Ok(Self {
            stage,
            receiver,
            pace: Pace::new(Instant::now()),
            began: Instant::now(),
            pressed: Vec::new(),
            batches: 0,
            keys: Times::default(),
            frames: Times::default(),
        })
    }

    async fn until_live(&mut self) {
        let mut live = 0;
        while live < STREAMS {
            let Some(output) = self.receiver.recv().await else {
                return;
            };
            live += usize::from(matches!(output, FeedOutput::Link(_, LinkState::Live)));
            self.take(output);
        }
    }

    async fn run(&mut self, length: Duration) {
        let mut keyboard = interval(KEYS);
        let end = tokio::time::Instant::now() + length;
        let (mut keys, mut frames) = (Vec::new(), Vec::new());
        self.batches = 0;
        loop {
            let due = self.pace.is_dirty().then(|| self.pace.due());
            select! {
                biased;
                () = sleep_until(end) => break,
                due = keyboard.tick() => self.press(due.into_std(), keys.len()),
                Some(output) = self.receiver.recv() => self.take(output),
                () = sleep_until(due.unwrap_or(self.began).into()), if due.is_some() => {}
            }
            if self.stage.state.take_changed() {
                self.pace.touch();
            }
            self.draw(&mut keys, &mut frames);
        }
        self.keys = keys.into_iter().collect();
        self.frames = frames.into_iter().collect();
    }

    fn press(&mut self, due: Instant, number: usize) {
        self.pressed.push(due);
        self.pace.hurry();
        self.feed(letter(if number % 60 < 30 { 'j' } else { 'k' }));
    }

    fn take(&mut self, output: FeedOutput) {
        self.batches += 1;
        self.feed(match output {
            FeedOutput::Batch(key, events) => Event::Stream(key, events),
            FeedOutput::Link(key, link) => Event::Link(key, link),
        });
    }

    fn feed(&mut self, event: Event) {
        self.stage.set_clock(self.began.elapsed());
        self.stage.feed(event);
    }

    fn draw(&mut self, keys: &mut Vec<Duration>, frames: &mut Vec<Duration>) {
        let now = Instant::now();
        if !self.pace.is_dirty() || self.pace.due() > now || !self.pace.begin(now) {
            return;
        }
        self.stage.paint();
        frames.push(now.elapsed());
        keys.extend(self.pressed.drain(..).map(|due| due.elapsed()));
    }
}
