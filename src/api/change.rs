//! The calls about change requests, their differences and merges (`kortix-api` §6).

use reqwest::{Method, Url};
use serde_json::{Value, json};

use crate::{
    api::{
        Client, Error,
        control::take,
        reply::{malformed, read, read_list},
        transport::{Ask, Repeat},
    },
    model::{
        change::{BranchDifference, ChangeRequest, Difference, MergeOutcome, MergePreview},
        id::{ChangeId, ProjectId},
    },
};

/// How a change request is to be merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MergeWish<'a> {
    /// The message of the merge; the server's own when absent.
    pub message: Option<&'a str>,
    /// The head's tip that was previewed; older servers do not look at it.
    pub head_sha: &'a str,
    /// The base's tip that was previewed; older servers do not look at it.
    pub base_sha: &'a str,
}

/// A file of a list.
#[derive(serde::Deserialize)]
struct FileRow {
    path: String,
}

impl Client {
    /// The change requests of a project in all states, newest number first.
    pub async fn changes(&self, project: &ProjectId) -> Result<Vec<ChangeRequest>, Error> {
        let mut url = self.of_project(project, &["change-requests"]);
        url.query_pairs_mut().append_pair("status", "all");
        let ask = Ask::get("the list of change requests", url);
        let mut answer = self.json(&ask).await?;
        read_list(take(&mut answer, "change_requests"), ask.what)
    }

    /// One change request; the server looks at the branches' tips for it while it is open.
    pub async fn change(
        &self,
        project: &ProjectId,
        change: &ChangeId,
    ) -> Result<ChangeRequest, Error> {
        let ask = Ask::get("the change request", self.of_change(project, change, &[]));
        let mut answer = self.json(&ask).await?;
        read(take(&mut answer, "change_request"), ask.what)
    }

    /// What a change request would change.
    pub async fn difference(
        &self,
        project: &ProjectId,
        change: &ChangeId,
    ) -> Result<Difference, Error> {
        let url = self.of_change(project, change, &["diff"]);
        let ask = Ask::get("the difference", url);
        read(self.json(&ask).await?, ask.what)
    }

    /// What merging a change request would do.
    pub async fn merge_preview(
        &self,
        project: &ProjectId,
        change: &ChangeId,
    ) -> Result<MergePreview, Error> {
        let url = self.of_change(project, change, &["merge-preview"]);
        let ask = Ask::get("the preview of the merge", url);
        read(self.json(&ask).await?, ask.what)
    }

    /// How much a branch differs from another. The server fetches the repository for it, so that this
    /// costs more than a list.
    pub async fn branch_difference(
        &self,
        project: &ProjectId,
        from: &str,
        into: &str,
    ) -> Result<BranchDifference, Error> {
        let mut url = self.of_project(project, &["version-diff"]);
        url.query_pairs_mut()
            .append_pair("from", from)
            .append_pair("into", into);
        let ask = Ask::get("the size of the change", url);
        read(self.json(&ask).await?, ask.what)
    }

    /// Gives an open change request another title and description.
    pub async fn edit_change(
        &self,
        project: &ProjectId,
        change: &ChangeId,
        title: &str,
        description: &str,
    ) -> Result<ChangeRequest, Error> {
        let url = self.of_change(project, change, &[]);
        let body = json!({ "title": title, "description": description });
        let mut ask = Ask::post("editing the change request", url, body);
        ask.method = Method::PATCH;
        ask.repeat = Repeat::Harmless;
        read(self.json(&ask).await?, ask.what)
    }

    /// Merges an open change request. Not repeated by itself: a second merge would be refused.
    pub async fn merge_change(
        &self,
        project: &ProjectId,
        change: &ChangeId,
        wish: MergeWish<'_>,
    ) -> Result<(ChangeRequest, MergeOutcome), Error> {
        let url = self.of_change(project, change, &["merge"]);
        let mut body = json!({
            "expected_head_sha": wish.head_sha,
            "expected_base_sha": wish.base_sha,
        });
        if let Some(message) = wish.message {
            body["message"] = Value::from(message);
        }
        let ask = Ask::post("the merge", url, body);
        let mut answer = self.json(&ask).await?;
        let row = read(take(&mut answer, "change_request"), ask.what)?;
        let outcome = read(take(&mut answer, "merge"), ask.what)?;
        Ok((row, outcome))
    }

    /// Closes an open change request.
    pub async fn close_change(
        &self,
        project: &ProjectId,
        change: &ChangeId,
    ) -> Result<ChangeRequest, Error> {
        let url = self.of_change(project, change, &["close"]);
        let ask = Ask::post("closing the change request", url, json!({}));
        read(self.json(&ask).await?, ask.what)
    }

    /// Reopens a closed change request.
    pub async fn reopen_change(
        &self,
        project: &ProjectId,
        change: &ChangeId,
    ) -> Result<ChangeRequest, Error> {
        let url = self.of_change(project, change, &["reopen"]);
        let ask = Ask::post("reopening the change request", url, json!({}));
        read(self.json(&ask).await?, ask.what)
    }

    /// The text of a file at a commit; servers that know branches only are asked for the branch, as is
    /// everybody when `commit` is empty. The caller checks that the text is the one that was meant: a
    /// branch may have moved.
    pub async fn file_text(
        &self,
        project: &ProjectId,
        path: &str,
        commit: &str,
        branch: &str,
    ) -> Result<String, Error> {
        if commit.is_empty() {
            return self.file_at(project, path, branch).await;
        }
        match self.file_at(project, path, commit).await {
            Err(Error::NotFound { .. } | Error::Invalid { .. } | Error::ServerIll { .. }) => {
                self.file_at(project, path, branch).await
            }
            outcome => outcome,
        }
    }

    /// The paths of the files at a commit, or on a branch where the server does not know that or
    /// `commit` is empty. Servers list at most 1,000, and none when they cannot read the repository.
    pub async fn files(
        &self,
        project: &ProjectId,
        commit: &str,
        branch: &str,
    ) -> Result<Vec<String>, Error> {
        if commit.is_empty() {
            return self.files_at(project, branch).await;
        }
        match self.files_at(project, commit).await {
            Ok(paths) if !paths.is_empty() => Ok(paths),
            Ok(_)
            | Err(Error::NotFound { .. } | Error::Invalid { .. } | Error::ServerIll { .. }) => {
                self.files_at(project, branch).await
            }
            Err(error) => Err(error),
        }
    }

    async fn files_at(&self, project: &ProjectId, reference: &str) -> Result<Vec<String>, Error> {
        let mut url = self.of_project(project, &["files"]);
        url.query_pairs_mut().append_pair("ref", reference);
        let ask = Ask::get("the list of files", url);
        let rows: Vec<FileRow> = read_list(self.json(&ask).await?, ask.what)?;
        Ok(rows.into_iter().map(|row| row.path).collect())
    }

    async fn file_at(
        &self,
        project: &ProjectId,
        path: &str,
        reference: &str,
    ) -> Result<String, Error> {
        let mut url = self.of_project(project, &["files", "content"]);
        url.query_pairs_mut()
            .append_pair("path", path)
            .append_pair("ref", reference);
        let ask = Ask::get("the file", url);
        let mut answer = self.json(&ask).await?;
        match take(&mut answer, "content") {
            Value::String(text) => Ok(text),
            _ => Err(malformed(ask.what)),
        }
    }

    fn of_change(&self, project: &ProjectId, change: &ChangeId, rest: &[&str]) -> Url {
        let path = ["change-requests", change.as_str()];
        self.of_project(project, &[&path, rest].concat())
    }
}
