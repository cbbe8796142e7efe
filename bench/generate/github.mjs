// @ts-check
/**
 * Shape `github`: events with the field names and payload shapes of GitHub's public timeline. Pushes with one commit
 * (under 1 KB) are half of them; a pull request carries two whole repositories (over 15 KB), so the mean is 2–4 KB and
 * the spread wide, as in the real stream. Objects come from github-objects.mjs, prose from github-text.mjs.
 */
import { comment, issue, pullRequest, repository, user } from './github-objects.mjs';
import { body, commitMessage, title } from './github-text.mjs';
import { asciiJson, Random, START_MS, weighted } from './random.mjs';

const API = 'https://api.github.com';
const BRANCHES = ['main', 'main', 'main', 'master', 'master', 'develop', 'gh-pages', 'release/2.x', 'docs'];
const OWNERS = [
  'octo-org',
  'RoboLink',
  'aws-samples',
  'rust-lang',
  'apache',
  'jwhan77',
  'm-rossi',
  'nordic-lab',
  '24BBBB',
];
const NAMES = [
  'spoon-knife',
  'java-tools',
  'dotfiles',
  'node-exporter',
  'spring-demo',
  'web',
  'Zumi_Content',
  'infra.live',
];

/** @typedef {{ owner: string, name: string, id: number }} Repo */
/** @typedef {(random: Random, repo: Repo) => object} Payload */

/** @param {Random} random @param {Repo} repo */
function commit(random, repo) {
  const sha = random.hex(40);
  const login = random.pick(OWNERS);
  return {
    sha,
    author: {
      name: random.chance(3) ? random.pick(['José Núñez', '李雷']) : login,
      email: `${random.hex(12)}@users.noreply.example.com`,
    },
    message: commitMessage(random),
    distinct: !random.chance(10),
    url: `${API}/repos/${repo.owner}/${repo.name}/commits/${sha}`,
  };
}

/** @type {Payload} */
function push(random, repo) {
  const commits = Array.from({ length: 1 + random.run(18, 19) }, () => commit(random, repo));
  return {
    push_id: 7_500_000_000 + random.int(1e9),
    size: commits.length,
    distinct_size: commits.filter((one) => one.distinct).length,
    ref: `refs/heads/${random.pick(BRANCHES)}`,
    head: random.hex(40),
    before: random.hex(40),
    commits,
  };
}

/** @type {Payload} */
const created = (random) => ({
  ref: random.chance(30)
    ? null
    : random.chance(20)
      ? `v${random.int(9)}.${random.int(40)}`
      : `feature/${random.hex(8)}`,
  ref_type: random.pick(['branch', 'branch', 'tag', 'repository']),
  master_branch: 'main',
  description: random.chance(50) ? null : title(random),
  pusher_type: 'user',
});

/** @type {readonly (readonly [number, readonly [string, Payload]])[]} */
const KINDS = [
  [53, ['PushEvent', push]],
  [13, ['CreateEvent', created]],
  [
    7,
    [
      'PullRequestEvent',
      (random, repo) => {
        const action = random.pick(['opened', 'closed', 'synchronize']);
        const number = random.between(1, 9000);
        return { action, number, pull_request: pullRequest(random, repo, number) };
      },
    ],
  ],
  [7, ['WatchEvent', () => ({ action: 'started' })]],
  [
    5,
    [
      'IssueCommentEvent',
      (random, repo) => ({ action: 'created', issue: issue(random, repo), comment: comment(random, repo) }),
    ],
  ],
  [
    3,
    [
      'PullRequestReviewEvent',
      (random, repo) => ({
        action: 'created',
        review: { ...comment(random, repo), state: random.pick(['approved', 'commented', 'changes_requested']) },
        pull_request: pullRequest(random, repo, random.between(1, 9000)),
      }),
    ],
  ],
  [3, ['DeleteEvent', (random) => ({ ref: random.hex(12), ref_type: 'branch', pusher_type: 'user' })]],
  [3, ['IssuesEvent', (random, repo) => ({ action: random.pick(['opened', 'closed']), issue: issue(random, repo) })]],
  [2, ['ForkEvent', (random, repo) => ({ forkee: { ...repository(random, repo), public: true } })]],
  [
    1,
    [
      'ReleaseEvent',
      (random, repo) => ({
        action: 'published',
        release: {
          id: random.next(),
          tag_name: `v${random.int(9)}.${random.int(30)}`,
          draft: false,
          author: user(random, repo.owner),
          assets: Array.from({ length: random.run(60, 6) }, (_, k) => ({
            id: random.next(),
            name: `build-${k}.tar.gz`,
            size: random.next(),
          })),
          body: body(random),
        },
      }),
    ],
  ],
  [
    1,
    [
      'GollumEvent',
      (random) => ({ pages: [{ page_name: 'Home', title: title(random), summary: null, sha: random.hex(40) }] }),
    ],
  ],
  [1, ['PublicEvent', () => ({})]],
  [1, ['MemberEvent', (random, repo) => ({ member: user(random, repo.owner), action: 'added' })]],
];
const WEIGHTED_KINDS = weighted(KINDS);

/** @param {Random} random @param {number} index */
function event(random, index) {
  const repo = {
    owner: random.pick(OWNERS),
    name: `${random.pick(NAMES)}-${random.int(900)}`,
    id: random.between(1e6, 4e8),
  };
  const [type, payload] = random.pick(WEIGHTED_KINDS);
  const login = random.chance(12)
    ? random.pick(['dependabot[bot]', 'renovate[bot]', 'ci-bot'])
    : `${random.pick(OWNERS)}${random.int(500)}`;
  const actorId = random.int(9e7);
  return {
    id: String(17_244_207_336 + index),
    type,
    actor: {
      id: actorId,
      login,
      display_login: login.replace('[bot]', ''),
      gravatar_id: '',
      url: `${API}/users/${login}`,
      avatar_url: `https://avatars.githubusercontent.com/u/${actorId}?`,
    },
    repo: { id: repo.id, name: `${repo.owner}/${repo.name}`, url: `${API}/repos/${repo.owner}/${repo.name}` },
    payload: payload(random, repo),
    public: true,
    created_at: timestamp(index),
    ...(random.chance(30)
      ? { org: { id: random.int(9e7), login: repo.owner, gravatar_id: '', url: `${API}/orgs/${repo.owner}` } }
      : {}),
  };
}

/** @param {number} index */
const timestamp = (index) => `${new Date(START_MS + index * 90).toISOString().slice(0, 19)}Z`;

/**
 * @param {readonly string[] | undefined} seedRecords real events, repeated with changing id and created_at
 * @returns {() => string} gives the next record, without its newline
 */
export function githubRecords(seedRecords) {
  const random = new Random(0x617b0b5d);
  let index = 0;
  if (seedRecords === undefined) {
    return () => {
      const record = event(random, index++);
      return random.chance(4) ? asciiJson(record) : JSON.stringify(record);
    };
  }
  const templates = seedRecords.map(template);
  return () => {
    const [before, between, after] = /** @type {readonly string[]} */ (templates[index % templates.length]);
    const id = 17_244_207_336 + index;
    return `${before}${id}${between}${timestamp(index++)}${after}`;
  };
}

/**
 * Cuts a real event around its own id and created_at, so that its other bytes stay as they are. @param {string} line
 * @returns {readonly string[]}
 */
function template(line) {
  const head = /^\{"id":"/.exec(line);
  const idEnd = head === null ? -1 : line.indexOf('"', head[0].length);
  const dateKey = '"public":true,"created_at":"';
  const dateStart = line.lastIndexOf(dateKey) + dateKey.length;
  if (head === null || dateStart < dateKey.length) throw new Error(`not a GitHub event: ${line.slice(0, 60)}`);
  return [head[0], line.slice(idEnd, dateStart), line.slice(line.indexOf('"', dateStart))];
}
