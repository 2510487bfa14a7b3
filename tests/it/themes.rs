//! Themes: the files, what is wrong in them, fewer colors.

use kortix_tui::{
    diff::paint::Class,
    text::{AnsiColor, AnsiColors, Meaning, Tone},
    theme::{Background, ColorDepth, Role, Theme},
};
use ratatui::style::{Color, Modifier, Style};

#[test]
fn the_themes_that_are_compiled_in_have_no_problems_and_every_role() {
    for name in ["dark", "light", "ansi"] {
        let path = format!("{}/themes/{name}.toml", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).unwrap();
        let (_, problems) = Theme::read(&text);
        assert_eq!(problems, [], "{name}");
        for role in Role::ALL {
            assert!(
                text.contains(&format!("\n{} = ", role.name())),
                "{name} lacks {}",
                role.name()
            );
        }
    }
}

#[test]
fn every_name_is_a_theme() {
    for name in Theme::NAMES {
        assert!(Theme::by_name(name).is_some(), "{name}");
    }
    assert_eq!(Theme::by_name("solarized"), None);
}

#[test]
fn a_role_that_is_left_out_falls_back_to_another_one() {
    let (theme, problems) = Theme::read("[roles]\ngood = 'green'\nwarning = 'yellow'\n");
    assert_eq!(problems, []);
    assert_eq!(theme.style(Role::DiffAdded), Style::new().fg(Color::Green));
    assert_eq!(theme.style(Role::Match), Style::new().fg(Color::Yellow));
    assert_eq!(theme.style(Role::Dim), Style::new());
}

#[test]
fn problems_name_line_column_and_the_nearest_word() {
    let text = "[palette]\nsea = '#12345'\n\n[roles]\nacent = 'red'\n  dim = 'grene'\nbad = { fg = 1, bolt = true, dim = 3 }\n[rolls]\n";
    let (theme, problems) = Theme::read(text);
    let words: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        words,
        [
            "8:2: `rolls` is not a table of a theme; did you mean `roles`?",
            "2:7: `#12345` is not a color",
            "5:1: `acent` is not a role; did you mean `accent`?",
            "7:17: `bolt` is not a part of a style; did you mean `bold`?",
            "7:36: `dim` wants `true` or `false`",
            "6:9: `grene` is not a color; did you mean `green`?",
        ]
    );
    assert_eq!(theme.style(Role::Bad), Style::new().fg(Color::Indexed(1)));
}

#[test]
fn a_file_that_is_not_toml_is_reported_and_read_as_far_as_it_goes() {
    let (theme, problems) = Theme::read("[roles]\naccent = 'red'\ndim = = 3\n");
    assert_eq!(problems.first().map(|problem| problem.line), Some(3));
    assert_eq!(theme.style(Role::Accent), Style::new().fg(Color::Red));
}

#[test]
fn fewer_colors_are_the_nearest_ones() {
    let (theme, _) = Theme::read("[roles]\naccent = '#ff0000'\ngood = 46\ndim = 'blue'\n");
    let indexed = theme.clone().at_depth(ColorDepth::Indexed);
    assert_eq!(indexed.style(Role::Accent).fg, Some(Color::Indexed(196)));
    assert_eq!(indexed.style(Role::Dim).fg, Some(Color::Blue));
    let named = theme.at_depth(ColorDepth::Ansi);
    assert_eq!(named.style(Role::Accent).fg, Some(Color::LightRed));
    assert_eq!(named.style(Role::Good).fg, Some(Color::LightGreen));
}

#[test]
fn without_color_only_attributes_are_used() {
    let theme = Theme::for_background(Background::Dark, ColorDepth::None);
    for role in Role::ALL {
        let style = theme.style(role);
        assert_eq!((style.fg, style.bg), (None, None), "{}", role.name());
    }
    assert_eq!(
        theme.style(Role::Selection).add_modifier,
        Modifier::REVERSED
    );
    let red = AnsiColors {
        fg: AnsiColor::Index(1),
        bg: AnsiColor::Rgb(1, 2, 3),
    };
    assert_eq!(
        theme.tone(Tone::of(Meaning::Ansi(red))),
        Style::new(),
        "colors of programs go as well"
    );
}

#[test]
fn an_unknown_background_gets_the_colors_that_the_person_chose() {
    let unknown = Theme::for_background(Background::Unknown, ColorDepth::True);
    assert_eq!(Some(unknown), Theme::by_name("ansi"));
    let light = Theme::for_background(Background::Light, ColorDepth::True);
    assert_eq!(Some(light), Theme::by_name("light"));
}

/// The roles whose letters stand on the ground of a changed line or word.
const ON_GROUND: [Role; 12] = [
    Role::SyntaxComment,
    Role::SyntaxKeyword,
    Role::SyntaxString,
    Role::SyntaxNumber,
    Role::SyntaxType,
    Role::SyntaxFunction,
    Role::SyntaxConstant,
    Role::SyntaxProperty,
    Role::SyntaxPunctuation,
    Role::Additions,
    Role::Deletions,
    Role::DiffMoved,
];

/// How bright a color is to the eye, from 0 to 1, as WCAG 2 counts it.
fn luminance(color: Color) -> f64 {
    let Color::Rgb(red, green, blue) = color else {
        panic!("{color:?} is not a color of a palette in full color");
    };
    let linear = |part: u8| {
        let part = f64::from(part) / 255.0;
        if part <= 0.040_45 {
            part / 12.92
        } else {
            ((part + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

fn contrast(one: Color, other: Color) -> f64 {
    let (one, other) = (luminance(one) + 0.05, luminance(other) + 0.05);
    one.max(other) / one.min(other)
}

#[test]
fn source_can_be_read_on_the_grounds_of_changed_lines_and_words() {
    let lines = [
        Role::DiffAdded,
        Role::DiffRemoved,
        Role::DiffMoved,
        Role::DiffAddedWord,
        Role::DiffRemovedWord,
    ];
    for (name, text) in [
        ("dark", Color::Rgb(204, 204, 204)),
        ("light", Color::Rgb(48, 48, 48)),
    ] {
        let theme = Theme::by_name(name).unwrap();
        for line in lines {
            let ground = theme.style(line).bg.unwrap();
            let letters = ON_GROUND.map(|role| (role.name(), theme.style(role).fg.unwrap()));
            for (role, color) in letters.into_iter().chain([("plain text", text)]) {
                // Counts stand on whole lines, not inside of words.
                let is_count = ["additions", "deletions"].contains(&role);
                let wanted = if is_count { 3.0 } else { 4.5 };
                let found = contrast(color, ground);
                let place = format!("{name}: {role} on {}", line.name());
                assert!(found >= wanted, "{place} has a contrast of {found:.2}");
            }
        }
    }
}

#[test]
fn a_changed_word_stands_out_from_its_line_in_every_theme_and_depth() {
    let depths = [
        ColorDepth::None,
        ColorDepth::Ansi,
        ColorDepth::Indexed,
        ColorDepth::True,
    ];
    let pairs = [
        (Role::DiffAdded, Role::DiffAddedWord),
        (Role::DiffRemoved, Role::DiffRemovedWord),
    ];
    for name in Theme::NAMES {
        for depth in depths {
            let theme = Theme::by_name(name).unwrap().at_depth(depth);
            for (line, word) in pairs {
                let base = theme.style(line);
                let patched = base.patch(theme.style(word));
                assert_ne!(base, patched, "{name} at {depth:?}: {}", word.name());
            }
            let [added, removed] = pairs.map(|(line, _)| theme.style(line));
            // Two pale tints may be the same gray among 16 colors; the signs tell them apart.
            let is_reduced = depth == ColorDepth::Ansi && ["dark", "light"].contains(&name);
            assert!(is_reduced || added != removed, "{name} at {depth:?}");
        }
    }
}

#[test]
fn grounds_that_a_terminal_cannot_tell_apart_give_way_to_letters() {
    let theme = Theme::by_name("dark")
        .unwrap()
        .at_depth(ColorDepth::Indexed);
    let added = theme.style(Role::DiffAdded);
    assert_eq!(added, Style::new().fg(Color::Indexed(108)));
    let word = theme.style(Role::DiffAddedWord);
    assert_eq!(word, Style::new().add_modifier(Modifier::REVERSED));
}

#[test]
fn syntax_takes_no_color_where_only_letters_say_that_a_line_changed() {
    let ansi = Theme::by_name("ansi").unwrap();
    let comment = ansi.syntax(Class::Comment, Role::DiffAdded);
    assert_eq!(comment, Style::new().add_modifier(Modifier::ITALIC));
    assert_eq!(
        ansi.syntax(Class::Comment, Role::Text),
        ansi.style(Role::SyntaxComment)
    );
    let dark = Theme::by_name("dark").unwrap();
    assert_eq!(
        dark.syntax(Class::Comment, Role::DiffAdded),
        dark.style(Role::SyntaxComment)
    );
}
