// @ts-check
/**
 * The large objects inside GitHub events: user, repository, issue, comment, pull request, with the many URL fields
 * that make up most of their bytes.
 */
import { body, title } from './github-text.mjs';
import { START_MS } from './random.mjs';

/** @typedef {import('./random.mjs').Random} Random */
/** @typedef {{ owner: string, name: string, id: number }} Repo */

const API = 'https://api.github.com';
const USER_LINKS = ['followers', 'subscriptions', 'organizations', 'repos', 'received_events'];
const REPO_LINKS = (
  'forks keys collaborators teams hooks issue_events events assignees branches tags blobs git_tags git_refs trees ' +
  'statuses languages stargazers contributors subscribers subscription commits git_commits comments issue_comment ' +
  'contents compare merges archive downloads issues pulls milestones notifications labels releases deployments'
).split(' ');
const LANGUAGES = ['TypeScript', 'Java', 'C++', 'Go', 'Jupyter Notebook', null];

/** @param {Random} random */
const date = (random) => `${new Date(START_MS - random.next()).toISOString().slice(0, 19)}Z`;

/** @param {Random} random @param {string} login */
export function user(random, login) {
  const id = random.int(9e7);
  return {
    login,
    id,
    node_id: `MDQ6VXNlcn${random.alnum(8)}`,
    avatar_url: `https://avatars.githubusercontent.com/u/${id}?v=4`,
    gravatar_id: '',
    url: `${API}/users/${login}`,
    html_url: `https://github.com/${login}`,
    ...Object.fromEntries(USER_LINKS.map((link) => [`${link}_url`, `${API}/users/${login}/${link}`])),
    type: 'User',
    site_admin: false,
  };
}

/** @param {Random} random @param {Repo} repo */
export function repository(random, repo) {
  const full = `${repo.owner}/${repo.name}`;
  const url = `${API}/repos/${full}`;
  return {
    id: repo.id,
    node_id: `MDEwOlJlcG9z${random.alnum(16)}`,
    name: repo.name,
    full_name: full,
    private: false,
    owner: user(random, repo.owner),
    html_url: `https://github.com/${full}`,
    description: random.chance(40) ? null : title(random),
    fork: random.chance(30),
    url,
    ...Object.fromEntries(REPO_LINKS.map((link) => [`${link}_url`, `${url}/${link}{/sha}`])),
    created_at: date(random),
    pushed_at: date(random),
    homepage: random.chance(70) ? null : 'https://example.org/',
    size: random.int(200000),
    stargazers_count: random.run(97, 900),
    language: random.pick(LANGUAGES),
    has_issues: true,
    archived: false,
    open_issues_count: random.int(80),
    license: random.chance(40) ? null : { key: 'mit', name: 'MIT License', spdx_id: 'MIT', url: `${API}/licenses/mit` },
    default_branch: 'main',
  };
}

/** @param {Random} random @param {Repo} repo */
export function comment(random, repo) {
  const id = random.next();
  return {
    url: `${API}/repos/${repo.owner}/${repo.name}/issues/comments/${id}`,
    id,
    user: user(random, repo.owner),
    created_at: date(random),
    author_association: random.pick(['OWNER', 'NONE', 'CONTRIBUTOR']),
    body: body(random),
    reactions: { total_count: 0, '+1': 0, '-1': 0, laugh: 0, hooray: 0, confused: 0, heart: 0, rocket: 0, eyes: 0 },
    performed_via_github_app: null,
  };
}

/** @param {Random} random @param {Repo} repo */
export function issue(random, repo) {
  const number = random.between(1, 9000);
  const url = `${API}/repos/${repo.owner}/${repo.name}/issues/${number}`;
  return {
    url,
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    id: random.next(),
    number,
    title: title(random),
    user: user(random, repo.owner),
    labels: Array.from({ length: random.run(40, 5) }, () => ({
      id: random.next(),
      name: random.pick(['bug', 'good first issue', 'wontfix', 'area: ui']),
      color: random.hex(8).slice(0, 6),
      default: false,
    })),
    state: random.pick(['open', 'closed']),
    locked: false,
    assignee: null,
    assignees: [],
    milestone: null,
    comments: random.int(30),
    created_at: date(random),
    closed_at: null,
    body: random.chance(10) ? null : body(random),
  };
}

/** @param {Random} random @param {Repo} repo @param {number} number */
export function pullRequest(random, repo, number) {
  const url = `${API}/repos/${repo.owner}/${repo.name}/pulls/${number}`;
  /** @param {string} ref */
  const side = (ref) => ({
    label: `${repo.owner}:${ref}`,
    ref,
    sha: random.hex(40),
    user: user(random, repo.owner),
    repo: repository(random, repo),
  });
  return {
    ...issue(random, repo),
    url,
    diff_url: `${url}.diff`,
    patch_url: `${url}.patch`,
    merge_commit_sha: random.chance(50) ? null : random.hex(40),
    requested_reviewers: Array.from({ length: random.run(30, 4) }, () => user(random, 'reviewer')),
    draft: random.chance(10),
    head: side(`feature/${random.hex(8)}`),
    base: side(random.pick(['main', 'main', 'master', 'develop'])),
    auto_merge: null,
    merged: random.chance(50),
    mergeable: random.chance(50) ? null : true,
    additions: random.int(2000),
    deletions: random.int(900),
    changed_files: random.between(1, 60),
  };
}
