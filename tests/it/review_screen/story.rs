//! A change request on the screen, painted as the shell would have it painted.

use std::fmt::Write;

use kortix_tui::{
    app::{
        Screen as Place, Setup,
        event::{Effect, Event},
        review::ReviewPane,
    },
    diff::{
        paint::{self, Limits},
        review::Review,
    },
    model::{id::ChangeKey, session::SessionStatus},
    theme::Theme,
    view::{self, Caches},
};
use ratatui::{Terminal, backend::TestBackend, buffer::Cell};

use crate::screen::{Screen, World};

/// A difference with a file of each kind that is drawn in its own way.
pub const PATCH: &str = r#"diff --git a/src/login.rs b/src/login.rs
index 1111111..2222222 100644
--- a/src/login.rs
+++ b/src/login.rs
@@ -10,11 +10,12 @@ impl Session {
     /// Signs somebody in.
     pub fn sign_in(&mut self, name: &str) -> Result<Token, Error> {
         let user = self.users.find(name)?;
-        if user.attempts > 3 {
-            return Err(Error::Locked);
+        if user.attempts >= self.limits.attempts {
+            return Err(Error::Locked { until: user.locked_until });
         }
+        self.audit.note(name);
         // The token lives as long as the window.
-        let token = Token::new(user.id, 3600);
+        let token = Token::new(user.id, self.limits.seconds);
         Ok(token)
     }
 
@@ -58,6 +59,4 @@ fn expire(tokens: &mut Vec<Token>)
 	let now = clock.now();
 	tokens.retain(|token| token.ends > now);
-	log("expired");
-	log("done");
 }
 
diff --git a/src/ui/login_form.ts b/src/ui/sign_in_form.ts
similarity index 82%
rename from src/ui/login_form.ts
rename to src/ui/sign_in_form.ts
index 3333333..4444444 100644
--- a/src/ui/login_form.ts
+++ b/src/ui/sign_in_form.ts
@@ -1,4 +1,4 @@
 import { post } from "../http";
 
-export const label = "Log in";
+export const label = "登录 Sign in";
 export const path = "/login";
\ No newline at end of file
diff --git a/assets/logo.png b/assets/logo.png
index 5555555..6666666 100644
Binary files a/assets/logo.png and b/assets/logo.png differ
diff --git a/run.sh b/run.sh
old mode 100644
new mode 100755
diff --git a/Cargo.lock b/Cargo.lock
index 7777777..8888888 100644
--- a/Cargo.lock
+++ b/Cargo.lock
@@ -1,3 +1,3 @@
 [[package]]
-version = "1.0.0"
+version = "1.0.1"
 name = "sign"
diff --git a/docs/limits.md b/docs/limits.md
new file mode 100644
index 0000000..9999999
--- /dev/null
+++ b/docs/limits.md
@@ -0,0 +1,2 @@
+# Limits
+Three attempts, then a quarter of an hour.
"#;

/// A terminal of this size with the review of [`PATCH`] on it, and its key.
pub fn open(columns: u16, rows: u16) -> (Screen, ChangeKey) {
    open_with(columns, rows, PATCH, Setup::default())
}

/// [`open`] with another patch and choices.
pub fn open_with(columns: u16, rows: u16, patch: &str, setup: Setup) -> (Screen, ChangeKey) {
    let (world, key) = world(patch);
    let mut screen = Screen::with_setup(columns, rows, setup);
    screen.settle(&world);
    show(&mut screen, &world, &key);
    (screen, key)
}

/// A world with one change request that changes what the patch says.
pub fn world(patch: &str) -> (World, ChangeKey) {
    let mut world = World::with_projects(&["web"]);
    world.session("web", "s1", "Fix the login", SessionStatus::Running, 40);
    let key = world.change("web", 7, "s1", "Lock accounts after too many attempts");
    world.difference(&key, patch);
    (world, key)
}

/// Shows the review, with what the shell brings for it.
pub fn show(screen: &mut Screen, world: &World, key: &ChangeKey) {
    screen.state.show(Place::Review(key.clone()));
    screen.settle(world);
    let nothing = Box::new(Review::default());
    screen.event(Event::ReviewRecalled(key.clone(), nothing));
    screen.settle(world);
    paint(screen);
}

/// Paints what is to be painted, until nothing is.
pub fn paint(screen: &mut Screen) {
    for _ in 0..20 {
        let effects = std::mem::take(&mut screen.effects);
        let mut events = Vec::new();
        for effect in effects {
            match painted(&effect) {
                Some(event) => events.push(event),
                None => screen.effects.push(effect),
            }
        }
        if events.is_empty() {
            break;
        }
        for event in events {
            screen.event(event);
        }
        screen.draw();
    }
}

fn painted(effect: &Effect) -> Option<Event> {
    match effect {
        Effect::Paint {
            change,
            edition,
            changeset,
            hunks,
        } => {
            let paint =
                |hunk, path: &str| paint::hunk(&changeset.patch, hunk, path, Limits::default());
            let hunks = hunks.iter();
            let hunks = hunks.map(|(hunk, path)| (*hunk, paint(*hunk, path)));
            Some(Event::Painted {
                change: change.clone(),
                edition: *edition,
                hunks: hunks.collect(),
            })
        }
        Effect::FindMoved {
            change,
            edition,
            changeset,
        } => Some(Event::MovedFound {
            change: change.clone(),
            edition: *edition,
            moved: paint::moved(&changeset.patch),
        }),
        _ => None,
    }
}

/// The review of a change request.
pub fn pane<'a>(screen: &'a mut Screen, key: &ChangeKey) -> &'a mut ReviewPane {
    screen.state.reviews.get_mut(key).unwrap()
}

/// What the screen looks like in a theme: the attributes of the pieces, row by row, plain ones left
/// out.
pub fn attributes(screen: &Screen, theme: &str, (columns, rows): (u16, u16)) -> String {
    let theme = Theme::by_name(theme).unwrap();
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    let (state, mut caches) = (&screen.state, Caches::default());
    let drawn = terminal.draw(|frame| {
        view::draw(frame, state, &theme, &mut caches);
    });
    let cells = drawn.unwrap().buffer.clone();
    let mut text = String::new();
    for y in 0..rows {
        let row: Vec<&Cell> = (0..columns).map(|x| &cells[(x, y)]).collect();
        let runs = row.chunk_by(|one, other| one.modifier == other.modifier);
        let runs = runs.filter_map(|run| {
            let words: String = run.iter().map(|cell| cell.symbol()).collect();
            let modifier = format!("{:?}", run[0].modifier).to_lowercase();
            let is_plain = run[0].modifier.is_empty() || words.trim().is_empty();
            (!is_plain).then(|| format!("{modifier}[{}]", words.trim()))
        });
        let runs: Vec<String> = runs.collect();
        if !runs.is_empty() {
            writeln!(text, "{y}: {}", runs.join(" ")).unwrap();
        }
    }
    text
}
