//! The real OpenCode, `opencode serve`, in the session's folder on a free loopback port.
//!
//! It runs under our supervisor in a process group of its own, with a password that only we know,
//! with the user's own configuration and credentials or in an isolated home. What it prints goes to
//! `opencode.log` in the state folder. Every request to it has a deadline, because requests that
//! connect while it boots are never answered.
//!
//! Not for: talking to it once it runs, which is the proxy's and its client's business.

use std::{
    ffi::OsString,
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value, json};
use tokio::{
    net::unix::pipe,
    process::{Child, ChildStdin, Command},
    sync::{Notify, watch},
    task::JoinSet,
    time::Instant,
};

use super::{
    AgentOptions, Boot, Error, Inner, RunningAgent, client, credentials, leftover::Marker, log,
    supervise::MARK, whole::write_whole,
};

/// How long OpenCode may take until it answers.
const BOOT_LIMIT: Duration = Duration::from_secs(60);

/// How long one health request may take; those of the boot's first moments never end.
const HEALTH_LIMIT: Duration = Duration::from_secs(1);

/// The pause between health requests.
const HEALTH_PAUSE: Duration = Duration::from_millis(100);

/// How long the supervisor may take to end everything.
const STOP_LIMIT: Duration = Duration::from_secs(6);

/// The file in the state folder that names the root session.
const ROOT_FILE: &str = "opencode-session";

/// An OpenCode that runs.
pub struct Process {
    // Closing it tells the supervisor to end the group.
    pipe: Option<ChildStdin>,
    stopping: Arc<Notify>,
    gone: watch::Receiver<bool>,
    // Dropping it leaves the group to the supervisor.
    tasks: JoinSet<()>,
}

impl Process {
    /// Ends the process group; returns when it is gone.
    pub async fn stop(mut self) {
        self.stopping.notify_one();
        self.pipe = None;
        // The watch ends with its sender, and then the group is gone as well.
        let _ = self.gone.wait_for(|gone| *gone).await;
        // What is left of the log comes to its end with the group.
        let rest = async { while self.tasks.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(Duration::from_secs(1), rest).await;
    }
}

/// What is needed to speak with a starting OpenCode.
struct Line {
    client: reqwest::Client,
    address: SocketAddr,
    authorization: String,
    workspace: String,
    exited: watch::Receiver<Option<String>>,
    last: watch::Receiver<String>,
}

/// Finds the OpenCode program.
pub(super) fn find(options: &AgentOptions) -> Result<PathBuf, Error> {
    let wanted = options.opencode.as_deref().unwrap_or(Path::new("opencode"));
    which::which(wanted).map_err(|_| Error::NotFound {
        program: wanted.display().to_string(),
    })
}

/// Starts OpenCode and returns when its root session stands.
pub(super) async fn start(options: &AgentOptions, boot: Boot) -> Result<RunningAgent, Error> {
    let program = find(options)?;
    let address = free_port().map_err(Error::system("find a free port on 127.0.0.1"))?;
    let (password, authorization) = credentials();
    let mut command = command(options, &boot, &program, address)?;
    command.env("OPENCODE_SERVER_PASSWORD", password);
    let (process, exited, last, group) = launch(command, &boot.state_dir)?;
    let line = Line {
        client: client()?,
        address,
        authorization: authorization.clone(),
        workspace: boot.workspace.to_string_lossy().into_owned(),
        exited: exited.clone(),
        last,
    };
    match line.settle_in(&boot).await {
        Ok(root_session) => Ok(RunningAgent {
            address,
            root_session,
            process: group,
            authorization: Some(authorization),
            exited,
            inner: Inner::OpenCode(process),
        }),
        Err(error) => {
            process.stop().await;
            Err(error)
        }
    }
}

fn free_port() -> io::Result<SocketAddr> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()
}

fn command(
    options: &AgentOptions,
    boot: &Boot,
    program: &Path,
    address: SocketAddr,
) -> Result<Command, Error> {
    let supervisor = match &options.supervisor {
        Some(path) => path.clone(),
        None => std::env::current_exe().map_err(Error::system("find our own program"))?,
    };
    let mut command = Command::new(supervisor);
    command
        .args(["supervise", "--"])
        .arg(program)
        .args(["serve", "--port", &address.port().to_string()])
        .args(["--hostname", "127.0.0.1"])
        .current_dir(&boot.workspace)
        .envs(boot.env.iter().map(|(name, value)| (name, value)))
        .env_remove("OPENCODE_SERVER_USERNAME")
        .stdin(Stdio::piped())
        .process_group(0);
    if let Some(home) = &options.isolated_home {
        command.envs(isolation(home).map_err(Error::system("make the isolated home"))?);
    }
    Ok(command)
}

/// The environment that keeps OpenCode inside a folder and off the network.
fn isolation(home: &Path) -> io::Result<Vec<(&'static str, OsString)>> {
    const FOLDERS: [(&str, &str); 5] = [
        ("HOME", "home"),
        ("XDG_CONFIG_HOME", "config"),
        ("XDG_DATA_HOME", "data"),
        ("XDG_STATE_HOME", "state"),
        ("XDG_CACHE_HOME", "cache"),
    ];
    const OFFLINE: [(&str, &str); 5] = [
        ("OPENCODE_DISABLE_MODELS_FETCH", "1"),
        ("OPENCODE_DISABLE_AUTOUPDATE", "1"),
        ("OPENCODE_DISABLE_LSP_DOWNLOAD", "1"),
        ("OPENCODE_DISABLE_DEFAULT_PLUGINS", "1"),
        ("npm_config_registry", "http://127.0.0.1:1/"),
    ];
    let home = std::path::absolute(home)?;
    let mut environment = Vec::new();
    for (name, folder) in FOLDERS {
        let folder = home.join(folder);
        std::fs::create_dir_all(&folder)?;
        environment.push((name, folder.into_os_string()));
    }
    environment.extend(OFFLINE.map(|(name, value)| (name, value.into())));
    Ok(environment)
}

type Launched = (
    Process,
    watch::Receiver<Option<String>>,
    watch::Receiver<String>,
    Option<u32>,
);

/// Starts the supervisor with the agent under it, and the tasks that listen to it.
fn launch(mut command: Command, state_dir: &Path) -> Result<Launched, Error> {
    let file = log::open(&state_dir.join("opencode.log"))
        .map_err(Error::system("open the agent's log"))?;
    let mark = uuid::Uuid::new_v4().simple().to_string();
    command.env(MARK, &mark);
    let (output, mut child) =
        spawn(command).map_err(Error::system("start the agent's supervisor"))?;
    let group = child.id();
    if let Some(group) = group {
        let marker = Marker { group, mark };
        if let Err(error) = marker.write(state_dir) {
            // Without the marker a later crash could not be cleaned up; closing the pipe ends it now.
            return Err(Error::system("record the agent's process")(error));
        }
    }
    let (last_sender, last) = watch::channel(String::new());
    let (exited_sender, exited) = watch::channel(None);
    let (gone_sender, gone) = watch::channel(false);
    let pipe = child.stdin.take();
    let stopping = Arc::new(Notify::new());
    let mut tasks = JoinSet::new();
    tasks.spawn(log::copy(output, file, last_sender));
    let end = End {
        child,
        group,
        state_dir: state_dir.to_owned(),
        stopping: Arc::clone(&stopping),
        last: last.clone(),
        exited: exited_sender,
        gone: gone_sender,
    };
    tasks.spawn(end.wait());
    let process = Process {
        pipe,
        stopping,
        gone,
        tasks,
    };
    Ok((process, exited, last, group))
}

fn spawn(mut command: Command) -> io::Result<(pipe::Receiver, Child)> {
    let (reader, writer) = io::pipe()?;
    command.stdout(writer.try_clone()?).stderr(writer);
    let child = command.spawn()?;
    Ok((pipe::Receiver::from_owned_fd(reader.into())?, child))
}

/// Waits for the end of a supervisor, wanted or not.
struct End {
    child: Child,
    group: Option<u32>,
    state_dir: PathBuf,
    stopping: Arc<Notify>,
    last: watch::Receiver<String>,
    exited: watch::Sender<Option<String>>,
    gone: watch::Sender<bool>,
}

impl End {
    async fn wait(mut self) {
        let status = tokio::select! {
            status = self.child.wait() => Some(status),
            () = self.stopping.notified() => None,
        };
        match status {
            Some(status) => {
                self.clean_up().await;
                let how = match status {
                    Ok(status) => status.to_string(),
                    Err(error) => error.kind().to_string(),
                };
                self.exited.send_replace(Some(self.reason(&how).await));
            }
            None => {
                if tokio::time::timeout(STOP_LIMIT, self.child.wait())
                    .await
                    .is_err()
                {
                    self.kill();
                    let _ = tokio::time::timeout(STOP_LIMIT, self.child.wait()).await;
                }
                self.clean_up().await;
            }
        }
        self.gone.send_replace(true);
    }

    /// Ends what the supervisor may have left behind, for instance because it was killed itself.
    async fn clean_up(&self) {
        let (group, state_dir) = (self.group, self.state_dir.clone());
        let cleaning = tokio::task::spawn_blocking(move || {
            if let Some(group) = group {
                super::end_leftover(group, &state_dir);
            }
            Marker::remove(&state_dir);
        });
        // A panic there is reported by the panic hook; there is nothing more to clean.
        let _ = cleaning.await;
    }

    fn kill(&self) {
        let group = self.group.and_then(|group| i32::try_from(group).ok());
        if let Some(group) = group.and_then(Pid::from_raw) {
            // The supervisor was not waited for, so the number is still its own.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }

    async fn reason(&self, how: &str) -> String {
        // The log is read by another task, which ends when the last of the group is gone.
        let mut last = self.last.clone();
        let ended = async { while last.changed().await.is_ok() {} };
        let _ = tokio::time::timeout(Duration::from_millis(500), ended).await;
        let line = self.last.borrow();
        if line.is_empty() {
            format!("OpenCode ended ({how})")
        } else {
            format!("OpenCode ended ({how}): {}", *line)
        }
    }
}

impl Line {
    /// Waits until OpenCode answers, finds or makes the root session, and sends the first prompt.
    async fn settle_in(&self, boot: &Boot) -> Result<String, Error> {
        let mut exited = self.exited.clone();
        tokio::select! {
            reason = exited.wait_for(Option::is_some) => Err(Error::Died {
                reason: reason.ok().and_then(|reason| reason.clone()).unwrap_or_default(),
            }),
            settled = self.become_ready(boot) => settled,
        }
    }

    async fn become_ready(&self, boot: &Boot) -> Result<String, Error> {
        let end = Instant::now() + BOOT_LIMIT;
        while !self.is_healthy().await {
            if Instant::now() > end {
                return Err(Error::Silent {
                    waited: BOOT_LIMIT,
                    log: self.last.borrow().clone(),
                });
            }
            tokio::time::sleep(HEALTH_PAUSE).await;
        }
        let root = self.root_session(&boot.state_dir).await?;
        if let Some(text) = &boot.initial_prompt {
            self.prompt(&root, text, boot).await?;
        }
        Ok(root)
    }

    async fn is_healthy(&self) -> bool {
        let request = self.request(reqwest::Method::GET, "/global/health");
        let answer = request.timeout(HEALTH_LIMIT).send().await;
        let Ok(answer) = answer.and_then(reqwest::Response::error_for_status) else {
            return false;
        };
        let body = tokio::time::timeout(HEALTH_LIMIT, answer.json::<Value>()).await;
        matches!(body, Ok(Ok(body)) if body["healthy"] == true)
    }

    /// The root session of an earlier run in this folder, or a new one.
    async fn root_session(&self, state_dir: &Path) -> Result<String, Error> {
        let file = state_dir.join(ROOT_FILE);
        let known = std::fs::read_to_string(&file).unwrap_or_default();
        let is_plain = known.starts_with("ses_")
            && known
                .chars()
                .all(|one| one.is_ascii_alphanumeric() || one == '_');
        if is_plain {
            let request = self.request(reqwest::Method::GET, &format!("/session/{known}"));
            if let Ok(session) = json_of(request, "show the session").await
                && session["id"] == known.as_str()
                && session["directory"] == self.workspace.as_str()
            {
                return Ok(known);
            }
        }
        let request = self
            .request(reqwest::Method::POST, "/session")
            .json(&json!({}));
        let session = json_of(request, "open a session").await?;
        let Some(id) = session["id"].as_str() else {
            return Err(refused("open a session", "no session in its answer"));
        };
        write_whole(&file, id.as_bytes()).map_err(Error::system("record the root session"))?;
        Ok(id.to_owned())
    }

    async fn prompt(&self, root: &str, text: &str, boot: &Boot) -> Result<(), Error> {
        let mut body = json!({"parts": [{"type": "text", "text": text}]});
        if let Some((provider, model)) = boot.model.as_deref().and_then(|name| name.split_once('/'))
        {
            body["model"] = json!({"providerID": provider, "modelID": model});
        }
        if self.knows_agent(&boot.agent_name).await {
            body["agent"] = boot.agent_name.clone().into();
        }
        let path = format!("/session/{root}/prompt_async");
        let request = self.request(reqwest::Method::POST, &path).json(&body);
        let answer = request
            .send()
            .await
            .map_err(|error| refused("take the prompt", &kind(&error)))?;
        if answer.status().is_success() {
            Ok(())
        } else {
            Err(refused("take the prompt", answer.status().as_str()))
        }
    }

    /// Whether an agent of that name exists; an unknown one would fail after the prompt was taken.
    async fn knows_agent(&self, name: &str) -> bool {
        let request = self.request(reqwest::Method::GET, "/agent");
        let agents = json_of(request, "list its agents")
            .await
            .unwrap_or_default();
        agents.as_array().is_some_and(|all| {
            all.iter()
                .any(|agent| agent["name"] == name && agent["mode"] != "subagent")
        })
    }

    fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        self.client
            .request(method, format!("http://{}{path}", self.address))
            .header("authorization", &self.authorization)
            .header("accept", "application/json")
    }
}

async fn json_of(request: reqwest::RequestBuilder, what: &'static str) -> Result<Value, Error> {
    let answer = request
        .send()
        .await
        .map_err(|error| refused(what, &kind(&error)))?;
    if !answer.status().is_success() {
        return Err(refused(what, answer.status().as_str()));
    }
    answer
        .json()
        .await
        .map_err(|error| refused(what, &kind(&error)))
}

fn refused(what: &'static str, answer: &str) -> Error {
    Error::Refused {
        what,
        answer: answer.to_owned(),
    }
}

/// What kind of failure it is, without the address.
fn kind(error: &reqwest::Error) -> String {
    let word = if error.is_timeout() {
        "no answer in time"
    } else if error.is_decode() {
        "an answer that is not JSON"
    } else {
        "the connection failed"
    };
    word.to_owned()
}
