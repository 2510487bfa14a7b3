//! Reviews on disk: private, whole whatever happens, and never at the cost of another instance's words.

use std::{
    fs,
    io::{self, BufRead, BufReader},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, SystemTime},
};

use kortix_tui::{
    config::{
        cache::Problem,
        reviews::{Kept, Reviews},
    },
    diff::review::{
        Review, Writing,
        comment::{CommentId, Target},
    },
    model::{
        id::{ChangeId, ChangeKey, HostName, ProjectId},
        time::Millis,
    },
};

use super::draft;

/// The folder that a writer which is to be killed writes to.
const FOLDER: &str = "KORTIX_TUI_TEST_REVIEWS";

fn key(change: &str) -> ChangeKey {
    ChangeKey {
        host: HostName::from("local"),
        project: ProjectId::from("project"),
        change: ChangeId::from(change),
    }
}

fn with(ids: &[u64]) -> Review {
    let comments = ids.iter();
    Review {
        comments: comments
            .map(|id| draft(*id, Target::Change, "words"))
            .collect(),
        ..Review::default()
    }
}

fn sent(id: u64) -> Review {
    let mut review = with(&[id]);
    review.send(&[CommentId(id)], String::new(), "head", Millis(1));
    review
}

fn keep(reviews: &Reviews, change: &str, ours: &Review) -> Result<Review, Problem> {
    reviews.write(&key(change), &Review::default(), ours)
}

/// The names of all files in a folder, by their endings.
fn endings(folder: &Path) -> io::Result<Vec<String>> {
    let mut endings = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let ending = path.extension().unwrap_or_default();
        endings.push(ending.to_string_lossy().into_owned());
    }
    endings.sort();
    Ok(endings)
}

fn only_json(folder: &Path) -> io::Result<PathBuf> {
    let paths = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path()));
    let paths: io::Result<Vec<PathBuf>> = paths.collect();
    let is_json = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "json");
    Ok(paths?.into_iter().find(is_json).unwrap())
}

#[test]
fn a_review_comes_back_and_only_its_owner_can_read_it() -> io::Result<()> {
    let home = tempfile::tempdir()?;
    let folder = home.path().join("state/reviews");
    let reviews = Reviews::new(&folder);
    assert_eq!(reviews.read(&key("one")), Ok(None));
    let mut review = with(&[1, 2]);
    review.marks.hunks.insert("digest".to_owned());
    review.writing = Some(Writing {
        comment: Some(CommentId(2)),
        target: Target::Change,
        body: "half a".to_owned(),
    });
    assert_eq!(keep(&reviews, "one", &review), Ok(review.clone()));
    assert_eq!(reviews.read(&key("one")), Ok(Some(review)));
    assert_eq!(reviews.read(&key("two")), Ok(None));
    reviews
        .write_patch(&key("one"), "+secret\n")
        .map_err(io::Error::other)?;
    for entry in fs::read_dir(&folder)? {
        assert_eq!(entry?.metadata()?.permissions().mode() & 0o777, 0o600);
    }
    assert_eq!(fs::metadata(&folder)?.permissions().mode() & 0o777, 0o700);
    Ok(())
}

#[test]
fn no_id_leads_out_of_the_folder() -> io::Result<()> {
    let home = tempfile::tempdir()?;
    let folder = home.path().join("reviews");
    let reviews = Reviews::new(&folder);
    for change in ["../../escaped", "/tmp/escaped", "", "a/b", "\0", "."] {
        assert_eq!(keep(&reviews, change, &with(&[1])), Ok(with(&[1])));
    }
    assert_eq!(fs::read_dir(home.path())?.count(), 1);
    let json = endings(&folder)?
        .into_iter()
        .filter(|ending| ending == "json");
    assert_eq!(json.count(), 6);
    Ok(())
}

#[test]
fn two_instances_keep_each_others_drafts() -> io::Result<()> {
    let home = tempfile::tempdir()?;
    let instance = |number: u64| {
        let reviews = Reviews::new(home.path());
        move || -> Result<(), Problem> {
            let mut base = Review::default();
            for step in 0..15 {
                let mut ours = base.clone();
                ours.comments
                    .push(draft(number + step, Target::Change, "words"));
                reviews.write(&key("one"), &base, &ours)?;
                // What the other wrote is not taken over, as in a program that shows its own.
                base = ours;
            }
            Ok(())
        }
    };
    let threads = [100, 200].map(|number| std::thread::spawn(instance(number)));
    for thread in threads {
        assert_eq!(thread.join().unwrap(), Ok(()));
    }
    let review = Reviews::new(home.path())
        .read(&key("one"))
        .unwrap()
        .unwrap();
    let mut ids: Vec<u64> = review.comments.iter().map(|comment| comment.id.0).collect();
    ids.sort_unstable();
    assert_eq!(ids, (100..115).chain(200..215).collect::<Vec<_>>());
    Ok(())
}

#[test]
fn a_damaged_file_is_set_aside_and_what_is_here_is_written() -> io::Result<()> {
    let home = tempfile::tempdir()?;
    let reviews = Reviews::new(home.path());
    assert_eq!(keep(&reviews, "one", &with(&[1])), Ok(with(&[1])));
    let path = only_json(home.path())?;
    fs::write(&path, "{\"version\":1,\"value\":{\"cha")?;
    assert_eq!(
        reviews.read(&key("one")),
        Err(Problem::Damaged { path: path.clone() })
    );
    assert!(endings(home.path())?.contains(&"bad".to_owned()));
    let known = with(&[1]);
    let written = reviews.write(&key("one"), &known, &with(&[1, 2]));
    assert_eq!(written, Ok(with(&[1, 2])));
    Ok(())
}

#[test]
fn the_review_of_a_newer_program_is_neither_read_nor_overwritten() -> io::Result<()> {
    let home = tempfile::tempdir()?;
    let reviews = Reviews::new(home.path());
    assert_eq!(keep(&reviews, "one", &with(&[1])), Ok(with(&[1])));
    let path = only_json(home.path())?;
    let newer = "{\"version\":2,\"value\":\"of another form\"}";
    fs::write(&path, newer)?;
    assert_eq!(reviews.read(&key("one")), Ok(None));
    let refusal = keep(&reviews, "one", &with(&[2])).unwrap_err();
    assert!(refusal.to_string().contains("newer version"), "{refusal}");
    assert_eq!(fs::read_to_string(&path)?, newer);
    Ok(())
}

#[test]
fn the_patch_that_was_looked_at_is_kept_up_to_a_size() -> io::Result<()> {
    let home = tempfile::tempdir()?;
    let reviews = Reviews::new(home.path());
    assert_eq!(reviews.read_patch(&key("one")), None);
    assert_eq!(reviews.write_patch(&key("one"), "+ä\r\n"), Ok(()));
    assert_eq!(reviews.read_patch(&key("one")).as_deref(), Some("+ä\r\n"));
    let large = "+\n".repeat(6 * 1024 * 1024);
    let refusal = reviews.write_patch(&key("one"), &large).unwrap_err();
    assert!(refusal.to_string().contains("10 MiB"), "{refusal}");
    // The one before belongs to a head that is no longer the last one.
    assert_eq!(reviews.read_patch(&key("one")), None);
    Ok(())
}

#[test]
fn old_reviews_go_with_their_patches_unless_something_was_not_sent() -> io::Result<()> {
    let home = tempfile::tempdir()?;
    let reviews = Reviews::new(home.path());
    for change in ["one", "two"] {
        assert_eq!(keep(&reviews, change, &sent(1)), Ok(sent(1)));
        assert_eq!(reviews.write_patch(&key(change), "+\n"), Ok(()));
    }
    assert_eq!(keep(&reviews, "draft", &with(&[1])), Ok(with(&[1])));
    fs::write(home.path().join(".kortix-tui-x1"), "{\"versi")?;
    assert_eq!(reviews.write_patch(&key("no review"), "+\n"), Ok(()));
    let now = SystemTime::now();
    let day = Duration::from_secs(24 * 60 * 60);
    assert_eq!(reviews.prune(now + day, Kept::default()), 0);
    let one = Kept {
        count: 2,
        ..Kept::default()
    };
    assert_eq!(reviews.prune(now, one), 1);
    assert_eq!(reviews.prune(now + 200 * day, Kept::default()), 1);
    assert_eq!(endings(home.path())?, ["json", "lock"]);
    assert_eq!(reviews.read(&key("draft")), Ok(Some(with(&[1]))));
    Ok(())
}

#[test]
fn a_writer_that_is_killed_at_any_moment_leaves_a_whole_review() -> io::Result<()> {
    let home = tempfile::tempdir()?;
    let reviews = Reviews::new(home.path());
    let mut known = 0;
    for _ in 0..6 {
        let mut writer = Command::new(std::env::current_exe()?)
            .args([
                "--exact",
                "diff_review::storage::writer",
                "--ignored",
                "--nocapture",
            ])
            .env(FOLDER, home.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let lines = BufReader::new(writer.stdout.take().unwrap()).lines();
        let numbers = lines.map_while(Result::ok);
        let mut numbers = numbers.filter_map(|line| line.strip_prefix("wrote ")?.parse().ok());
        let last: u64 = numbers.nth(2).unwrap();
        writer.kill()?;
        writer.wait()?;
        let review = reviews.read(&key("one")).unwrap().unwrap();
        let found = review.comments[0].body.lines().next().unwrap().parse();
        let found: u64 = found.unwrap();
        assert!(last > known && found >= last, "{found} after {last}");
        assert_eq!(review.comments[0].body.lines().count(), 40_000);
        known = found;
    }
    reviews.prune(
        SystemTime::now() + Duration::from_secs(48 * 60 * 60),
        Kept::default(),
    );
    assert_eq!(endings(home.path())?, ["json", "lock"]);
    Ok(())
}

/// Writes a long draft again and again, each time with the next number, and says so.
#[test]
#[ignore = "runs until it is killed, by the test above"]
#[expect(clippy::print_stdout, reason = "the test above reads how far it is")]
fn writer() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    let reviews = Reviews::new(folder);
    let mut base = reviews.read(&key("one")).unwrap().unwrap_or_default();
    let first = base.comments.first();
    let known = first.map_or(0, |comment| {
        comment.body.lines().next().unwrap().parse().unwrap()
    });
    for number in known + 1_u64.. {
        let mut ours = base.clone();
        let body = format!("{number}\n") + &"words\n".repeat(39_999);
        ours.comments = vec![draft(1, Target::Change, &body)];
        ours.comments[0].at = Millis(number as i64);
        reviews.write(&key("one"), &base, &ours).unwrap();
        println!("wrote {number}");
        base = ours;
    }
}
