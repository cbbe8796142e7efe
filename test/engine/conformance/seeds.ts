/** Valid lines of many shapes for mutate.ts to damage: logs as people have them, and every token that JSON has. */
const texts = [
  '{"ts":1700000000.123456,"level":"error","msg":"time out after 30 s","source":{"name":"billing","id":17},"ok":false}',
  '{"ts":"2026-01-02T03:04:05.678Z","uid":"CmES5u32sYpV7JYN","id.orig_h":"192.168.1.1","id.resp_p":443,"duration":0.001}',
  '{"id":"2489651045","type":"PushEvent","actor":{"login":"a-b","id":665991},"payload":{"size":1,"commits":[{"sha":"1a"}]}}',
  '{"text":"Straße, naïve, 日本語, 😀","escaped":"\\u00e9\\ud83d\\ude00\\n\\t\\"\\\\\\/","lone":"\\ud800","empty":""}',
  '{"a":[1,-2,3.5,-4.25e10,6E-7,0,-0,0.0,1e+2,18446744073709551615,123456789012345678901234567890]}',
  '[true,false,null,[],{},[[]],[{}],{"a":[]},"",0]',
  '{"a":{"b":{"c":{"d":{"e":[[[[["deep"]]]]]}}}}}',
  ' { "a" : 1 , "b" : [ 1 , 2 ] } ',
  '\t[\r1 ,\t2\r]\t',
  '{"a":1,"a":2,"\\u0061":3,"":4,"__proto__":5}',
  '{"long":"the quick brown fox jumps over the lazy dog, again and again, until the line is longer than 128 bytes, whatever it takes to get there"}',
  '{"path":"C:\\\\temp\\\\new","quote":"say \\"hi\\"","url":"https:\\/\\/example.org\\/?a=1&b=2","end":"\\\\"}',
  '{"utf":"\u007f\u0080\u07ff\u0800\uffff\u{10000}\u{10ffff}"}',
  '"a string alone"',
  '"\\\\\\\\\\""',
  '-12.75e-3',
  '0',
  '1234567890123456789',
  'true',
  'false',
  'null',
  '[]',
  '{}',
  '""',
];

/** Lines without newlines; borrowed, not to be changed. */
export const seedLines: readonly Uint8Array[] = texts.map((text) => new TextEncoder().encode(text));
