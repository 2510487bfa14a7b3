//! The prompt for the agent and the Markdown for people.

use std::io;

use kortix_tui::{
    diff::{
        changeset::Changeset,
        review::{
            comment::{Comment, CommentId, Target},
            export::{markdown, prompt},
        },
    },
    model::change::ChangeRequest,
};

use super::{changeset, draft, numbered, target};
use crate::diff_repo::DiffRepo;

fn change() -> ChangeRequest {
    ChangeRequest {
        number: 7,
        title: "Fix the login".to_owned(),
        base_ref: "main".to_owned(),
        head_ref: "feature".to_owned(),
        ..ChangeRequest::default()
    }
}

/// A repository with changes to comment on.
fn repository() -> io::Result<DiffRepo> {
    let repo = DiffRepo::new()?;
    repo.write("docs/guide.md", numbered("Step", 12))?;
    repo.write("src/login.rs", numbered("// Line", 30))?;
    repo.commit("base")?;
    repo.git(&["switch", "-qc", "work"])?;
    let guide = numbered("Step", 12).replace("Step 6\n", "```sh\nlogin `whoami`\n```\n");
    repo.write("docs/guide.md", guide)?;
    let login = numbered("// Line", 30).replace("// Line 10\n", "\tlet user = ask();\n");
    repo.write("src/login.rs", login + &numbered("// More", 40))?;
    repo.commit("work")?;
    Ok(repo)
}

fn comments(work: &Changeset) -> Vec<Comment> {
    let login = |first: &str, last: &str| target(work, "src/login.rs", first, last);
    let guide = |first: &str, last: &str| target(work, "docs/guide.md", first, last);
    let path = "src/login.rs".to_owned();
    vec![
        draft(
            1,
            login("-// Line 10", "+\tlet user = ask();"),
            "Who is asked?",
        ),
        draft(
            2,
            Target::Change,
            "Mostly fine.\n\nTwo things:\n```\nopen fence",
        ),
        draft(3, login("-// Line 10", "-// Line 10"), "Why did this go?"),
        draft(4, guide("+```sh", "+```"), "Explain `whoami`."),
        draft(5, Target::File { path }, "Split this file."),
        draft(
            6,
            login("+// More 1", "+// More 40"),
            "Is all of it needed?",
        ),
        draft(7, login(" // Line 12", " // Line 13"), "And these?"),
    ]
}

#[test]
fn the_prompt_numbers_each_comment_with_its_place_and_code() -> io::Result<()> {
    let work = changeset(&repository()?, "work")?;
    let comments = comments(&work);
    let all: Vec<&Comment> = comments.iter().collect();
    insta::assert_snapshot!(prompt(&change(), &work, &all));
    Ok(())
}

#[test]
fn the_markdown_lists_comments_by_file_with_their_state() -> io::Result<()> {
    let repo = repository()?;
    let work = changeset(&repo, "work")?;
    let mut comments = comments(&work);
    comments[0].round = Some(0);
    comments[3].round = Some(1);
    repo.git(&["mv", "docs/guide.md", "docs/manual.md"])?;
    let login = numbered("// Line", 30).replace("// Line 10\n", "\tlet user = asked();\n");
    repo.write("src/login.rs", login + &numbered("// More", 40))?;
    repo.commit("answers")?;
    let now = changeset(&repo, "work")?;
    let all: Vec<&Comment> = comments.iter().collect();
    insta::assert_snapshot!(markdown(&change(), &now, &all));
    Ok(())
}

#[test]
fn a_comment_whose_lines_are_gone_quotes_them_as_they_were() -> io::Result<()> {
    let repo = repository()?;
    let work = changeset(&repo, "work")?;
    let comments = comments(&work);
    let login = numbered("// Line", 30).replace("// Line 10\n", "\tlet user = asked();\n");
    repo.write("src/login.rs", login)?;
    repo.commit("answers")?;
    let now = changeset(&repo, "work")?;
    let gone = [&comments[0], &comments[5]];
    insta::assert_snapshot!(prompt(&change(), &now, &gone));
    Ok(())
}

#[test]
fn titles_and_paths_cannot_break_out_of_their_place() -> io::Result<()> {
    let repo = DiffRepo::new()?;
    repo.commit("base")?;
    repo.git(&["switch", "-qc", "work"])?;
    let path = "a`b\n# c.rs";
    repo.write(path, "one \u{1b}[2J\u{202e} two\n````\nthree\r\n")?;
    repo.commit("work")?;
    let work = changeset(&repo, "work")?;
    let change = ChangeRequest {
        title: "A <b>title</b>\n# with *marks*".to_owned(),
        ..change()
    };
    let lines = target(&work, path, "+one \u{1b}[2J\u{202e} two", "+three\r");
    let comment = Comment {
        id: CommentId(1),
        ..draft(1, lines, "Hm\tm")
    };
    let prompt = prompt(&change, &work, &[&comment]);
    let markdown = markdown(&change, &work, &[&comment]);
    insta::assert_snapshot!(prompt + "\n=====\n" + &markdown);
    Ok(())
}
