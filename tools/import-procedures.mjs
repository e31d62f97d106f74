#!/usr/bin/env node
/*
 * Procedure descriptions of the national portal → the catalogue format (docs/catalogue-format.md), on standard output.
 *
 *   node tools/import-procedures.mjs [--compact] [--lines] [--overlay FILE]... FILE|FOLDER...
 *
 * Reads two shapes: one procedure a file with members like "ma_thu_tuc" (the portal since 2025), and arrays of procedures with
 * "title" and "Thành phần hồ sơ" (the portal of 2021, without codes: they get a stable local code made from title and agency).
 * --compact leaves out long texts (steps, conditions, notes) and shortens the names of papers; --lines writes one object a line;
 * --overlay replaces members by hand-made ones: a JSON array of objects with "code", or one such object; one that is a whole
 * description (name, field, levels) replaces the whole.
 * What cannot be read is said on standard error and ends with exit code 1.
 */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const CHANNELS = { 'Trực tiếp': 'counter', 'Trực tuyến': 'online', 'Dịch vụ bưu chính': 'post' };
const FIELDS = {
  'ho-tich': ['Hộ tịch', 'Civil status'],
  'chung-thuc': ['Chứng thực', 'Certification'],
  'cu-tru': ['Cư trú', 'Residence'],
  'xay-dung': ['Xây dựng', 'Construction'],
  'dang-ky-kinh-doanh': ['Đăng ký kinh doanh', 'Business registration'],
  'giao-duc-dao-tao': ['Giáo dục và đào tạo', 'Education and training'],
  'bao-hiem-xa-hoi': ['Bảo hiểm xã hội, bảo hiểm y tế', 'Social and health insurance'],
  'bao-tro-xa-hoi': ['Bảo trợ xã hội', 'Social protection'],
  'viec-lam': ['Việc làm', 'Employment'],
  thue: ['Thuế', 'Tax'],
  'cong-chuc-vien-chuc': ['Công chức, viên chức', 'Civil servants and public employees'],
  'dien-luc': ['Điện lực', 'Electricity'],
  'an-toan-lao-dong': ['An toàn, vệ sinh lao động', 'Occupational safety'],
  'giao-thong-van-tai': ['Giao thông vận tải', 'Transport'],
  'phong-chay-chua-chay': ['Phòng cháy, chữa cháy', 'Fire safety'],
  'vu-khi-vat-lieu-no': ['Quản lý vũ khí, vật liệu nổ', 'Weapons and explosives'],
  'so-huu-tri-tue': ['Sở hữu trí tuệ', 'Intellectual property'],
};
const FIELD_RULES = [ // the first that matches title and agency
  [/kiểm tra viên điện lực|an toàn điện|điện lực/i, 'dien-luc'],
  [/kiểm định viên/i, 'an-toan-lao-dong'],
  [/phòng cháy/i, 'phong-chay-chua-chay'],
  [/vũ khí/i, 'vu-khi-vat-lieu-no'],
  [/sở hữu công nghiệp/i, 'so-huu-tri-tue'],
  [/an toàn giao thông|khả năng chuyên môn/i, 'giao-thong-van-tai'],
  [/thuế|người phụ thuộc/i, 'thue'],
  [/khai sinh|khai tử|kết hôn|hôn nhân|hộ tịch/i, 'ho-tich'],
  [/thường trú|tạm trú/i, 'cu-tru'],
  [/hộ nghèo/i, 'bao-tro-xa-hoi'],
  [/bảo hiểm y tế|thai sản|ốm đau/i, 'bao-hiem-xa-hoi'],
  [/thất nghiệp|việc làm|giấy phép lao động|làm việc trong kỳ nghỉ|học nghề|giấy phép làm việc/i, 'viec-lam'],
  [/công chức|viên chức/i, 'cong-chuc-vien-chuc'],
  [/hộ kinh doanh/i, 'dang-ky-kinh-doanh'],
  [/xây dựng/i, 'xay-dung'],
  [/chứng thực|sổ gốc/i, 'chung-thuc'],
  [/./, 'giao-duc-dao-tao'],
];
const LAWS = {
  '60/2014/QH13': 'Luật Hộ tịch', '52/2014/QH13': 'Luật Hôn nhân và gia đình', '50/2014/QH13': 'Luật Xây dựng', '59/2020/QH14': 'Luật Doanh nghiệp',
  '123/2015/NĐ-CP': 'Nghị định quy định chi tiết Luật Hộ tịch', '23/2015/NĐ-CP': 'Nghị định về chứng thực và cấp bản sao từ sổ gốc',
  '87/2020/NĐ-CP': 'Nghị định về cơ sở dữ liệu hộ tịch điện tử', '168/2025/NĐ-CP': 'Nghị định về đăng ký doanh nghiệp',
  '175/2024/NĐ-CP': 'Nghị định quy định chi tiết Luật Xây dựng', '281/2016/TT-BTC': 'Thông tư về phí cấp bản sao trích lục hộ tịch',
  '226/2016/TT-BTC': 'Thông tư về phí chứng thực', '85/2019/TT-BTC': 'Thông tư về lệ phí do Hội đồng nhân dân quyết định',
  '04/2020/TT-BTP': 'Thông tư quy định chi tiết Luật Hộ tịch', '68/2025/TT-BTC': 'Thông tư về biểu mẫu đăng ký kinh doanh',
};
const MINISTRIES = 'BTP|BTC|BXD|BCA|BNV|BTTTT|BYT|BGDĐT|BLĐTBXH|BCT|BGTVT|BKHCN|BKHĐT|BTNMT|BNG';
const LAW_NUMBER = new RegExp(`\\d{1,3}(?:\\.\\d+)?/\\d{4}/(?:QH\\d{2}|NĐ-CP|NQ-CP|QĐ-TTg|TT-(?:${MINISTRIES})|TTLT-(?:${MINISTRIES})-(?:${MINISTRIES}))`, 'g');

const tidy = text => (text ?? '').normalize('NFC').replace(/[\u200e\u200f\u00ad]/g, '').replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ').trim();
const given = text => (tidy(text) === 'Không có thông tin' ? '' : tidy(text));
const sentence = text => (text ? text[0].toLocaleUpperCase('vi') + text.slice(1) : text);
const procedureName = text => sentence(tidy(text).replace(/^Thủ tục /i, ''));

/* At most `length` characters, ending at a word. */
function shorten(text, length) {
  if (text.length <= length) return text;
  const cut = text.slice(0, length);
  return cut.slice(0, Math.max(cut.lastIndexOf(' '), 40)).replace(/[,;:\s]+$/, '') + '…';
}

/* "- Giấy chứng sinh; trường hợp không có …" → "Giấy chứng sinh". */
function plainName(text) {
  return tidy(text).replace(/^[-+•*\s]+|^\(?[ivx\d]+\)\s*|^[a-zđ]\)\s*|^\d+[.)]\s*/gi, '').trim();
}

/* In few words: the first clause; a condition in front goes into the note; what is no paper but a remark gives null. */
function restate(text) {
  let name = plainName(text), note;
  if (/^mẫu (hộ tịch )?điện tử tương tác/i.test(name)) return null;
  if (/^(hộ chiếu|căn cước|một trong các giấy tờ sau: căn cước)/i.test(name)) return { name: 'Hộ chiếu, căn cước hoặc giấy tờ tùy thân khác có ảnh, còn giá trị' };
  if (/^giấy tờ (có giá trị )?chứng minh (thông tin về |nơi )cư trú/i.test(name)) return { name: 'Giấy tờ chứng minh nơi cư trú', note: 'Khi cơ quan không tra được trong cơ sở dữ liệu về dân cư.' };
  const conditional = name.match(/^Trường hợp (.{5,160}?),? (?:thì )?(?:người yêu cầu )?(?:phải )?(?:có|nộp lại|nộp|xuất trình|kèm theo) (.+)$/i);
  if (conditional) [note, name] = [`Trường hợp ${shorten(conditional[1], 120)}.`, conditional[2]];
  else if (/^trường hợp|^người (ủy|uỷ) quyền/i.test(name)) return null;
  const stop = name.slice(10).search(/[.;(:]/);
  if (stop >= 0) name = name.slice(0, stop + 10);
  if (!note && /ủy quyền|uỷ quyền/i.test(name)) note = 'Trường hợp ủy quyền cho người khác làm thủ tục.';
  return { name: sentence(shorten(name, 110).replace(/[\s.;:,]+$/, '')), ...(note ? { note, required: false } : {}) };
}

function paper(text, counts, compact) {
  if (compact && counts.original + counts.copy === 0) return null; /* a remark, no paper */
  const named = compact ? restate(text) : { name: sentence(plainName(text).replace(/[\s.;:,]+$/, '')) };
  return named?.name ? { ...named, ...counts } : null;
}

/* The portal's words for a time limit → text for the working clock; "none" when they name none. */
function limitText(text, bareDays) {
  const words = tidy(text).toLocaleLowerCase('vi');
  const amount = (match, unit) => `${Number(match[1])} ${unit}${Number(match[1]) === 1 ? '' : 's'}`;
  let found;
  if (/trong ngày/.test(words)) return /15 giờ/.test(words) ? 'same day cutoff 15:00' : 'same day';
  if ((found = words.match(/(\d+)\s*ngày làm việc/))) return amount(found, 'working day');
  if (words.length > 120) return 'none'; /* a description, no term */
  if ((found = words.match(/(\d+)\s*ngày/))) return amount(found, 'day');
  if ((found = words.match(/(\d+)\s*tháng/))) return amount(found, 'month');
  if (bareDays && (found = words.match(/^0*([1-9]\d?)$/))) return amount(found, 'working day');
  return 'none';
}

/* Every amount in đồng named in the text. */
function amounts(text) {
  return [...tidy(text).matchAll(/(\d{1,3}(?:[.,]\d{3})+|\d{4,})\s*(?:đồng|vnđ|việt nam đồng|$)/gi)].map(m => Number(m[1].replace(/[.,]/g, ''))).filter(n => n > 0);
}

function levelsOf(agency, name) {
  const text = `${agency} ${name}`;
  if (/(^|[^\p{L}])(xã(?!\s*hội)|phường)/iu.test(agency)) return ['commune'];
  if (/^Phòng cảnh sát/i.test(agency)) return ['city'];
  if (/^phòng|huyện/i.test(agency)) return ['district'];
  if (/^sở|tỉnh|trung tâm/i.test(agency)) return ['department'];
  if (/cơ sở giáo dục|giáo dục phổ thông|mầm non/i.test(agency)) return /mầm non|mẫu giáo|tiểu học|trung học cơ sở/i.test(text) ? ['district'] : ['department'];
  return ['city'];
}

function fieldOf(name, agency) {
  const code = FIELD_RULES.find(([rule]) => rule.test(`${name} ${agency}`))[1];
  return { code, name: FIELDS[code][0], name_en: FIELDS[code][1] };
}

function capabilitiesOf(channels, forms, payment) {
  const has = channel => channels.some(c => c.channel === channel);
  return {
    information: true, forms_download: forms || has('online'), online_submission: has('online'), online_processing: has('online'),
    online_payment: payment && has('online'), result_online: false, result_post: has('post'),
  };
}

function keyed(papers) {
  return papers.map((paper, index) => ({ key: `giay_${index + 1}`, ...paper }));
}

/* One limit, fee and note for the whole from the channels, the counter first. */
function summary(channels) {
  const main = channels.find(c => c.channel === 'counter') ?? channels[0];
  return { limit: main?.limit ?? 'none', ...(main?.fee ? { fee: main.fee } : {}), ...(main?.fee_note ? { fee_note: main.fee_note } : {}) };
}

function mergeChannels(list) {
  const merged = [];
  for (const channel of list) if (channel.channel && !merged.some(c => c.channel === channel.channel)) merged.push(channel);
  return merged;
}

function feeMembers(text) {
  const fees = amounts(text);
  const council = /hội đồng nhân dân/i.test(text);
  const members = fees.length ? { fee: fees[0] } : {};
  if (new Set(fees).size > 1) members.fee_note = `Có nhiều mức: ${[...new Set(fees)].map(f => `${f.toLocaleString('vi-VN')} đồng`).join('; ')}.`;
  else if (council) members.fee_note = 'Theo mức do Hội đồng nhân dân cấp tỉnh quyết định.';
  return members;
}

/* --- the portal of 2021 --- */

const codesUsed = new Map();
function localCode(title, agency) {
  const code = 'P21.' + createHash('sha256').update(`${title}|${agency}`).digest('hex').slice(0, 8).toUpperCase();
  const times = (codesUsed.get(code) ?? 0) + 1;
  codesUsed.set(code, times);
  return times === 1 ? code : `${code}-${times}`;
}

function from2021(source, compact) {
  const name = procedureName(source.title), agency = given(source['Cơ quan thực hiện']);
  const channels = mergeChannels((source['Cách thức thực hiện'] ?? []).map(way => ({
    channel: CHANNELS[tidy(way['Hình thức nộp'])], limit: limitText(way['Thời hạn giải quyết'], false), ...feeMembers(way['Phí, lệ phí']),
    ...(!compact && given(way['Mô tả']) ? { note: given(way['Mô tả']) } : {}),
  })));
  let forms = false;
  const papers = keyed((source['Thành phần hồ sơ'] ?? []).map(entry => {
    forms ||= /ma=[0-9a-f]+/.test(entry['Mẫu đơn, tờ khai'] ?? '');
    const counts = tidy(entry['Số lượng - bản chính']).match(/Bản chính: (\d+) - Bản sao: (\d+)/i) ?? [0, 0, 0];
    return paper(entry['Tên giấy tờ'], { original: Number(counts[1]), certified: 0, copy: Number(counts[2]) }, compact);
  }).filter(Boolean));
  const steps = compact ? [] : tidy(source['Trình tự thực hiện']).split(/(?=- Bước \d)|(?=Bước \d+:)/).map(s => s.replace(/^- /, '').trim()).filter(Boolean)
    .map(s => ({ name: shorten(s, 480) }));
  return {
    code: localCode(tidy(source.title), agency), name, field: fieldOf(name, agency), levels: levelsOf(agency, name),
    ...(steps.length ? { steps } : {}), channels, papers, ...summary(channels), ...(agency ? { authority: agency } : {}),
    capabilities: capabilitiesOf(channels, forms, false), source: 'Cổng Dịch vụ công quốc gia, tháng 8/2021',
  };
}

/* --- the portal since 2025 --- */

function portalPapers(text, compact) {
  const papers = [];
  const plain = text.replace(/Tên giấy tờMẫu đơn, tờ khaiSố lượng/g, '\n').replace(/\* (Giấy tờ phải (?:nộp|xuất trình)|Lưu ý):?/g, '\n');
  for (const [, name, original, copy] of plain.matchAll(/([^\n]*?)(\d+) bản chính(?:,\s*(\d+) bản sao)?/g)) {
    const made = paper(name, { original: Number(original), certified: 0, copy: Number(copy ?? 0) }, compact);
    if (made) papers.push(made);
  }
  return keyed(compact ? papers.slice(0, 12) : papers);
}

function portalChannels(text, compact) {
  const way = /(Trực tuyến|Dịch vụ bưu chính|Trực tiếp)(Không có thông tin|\d+(?: [Nn]gày(?: làm việc)?)?)(Miễn phí|[\d.,]+ ?(?:VNĐ|Việt Nam Đồng|USD))((?:(?!Trực tuyến(?:Không|\d)|Dịch vụ bưu chính(?:Không|\d)|Trực tiếp(?:Không|\d)).)*)/gs;
  return mergeChannels([...text.matchAll(way)].filter(m => !m[3].includes('USD')).map(m => ({
    channel: CHANNELS[m[1]], limit: limitText(m[2], true), ...feeMembers(m[3] + (/hội đồng nhân dân/i.test(m[4]) ? ' hội đồng nhân dân' : '')),
    ...(!compact && tidy(m[4]) ? { note: tidy(m[4]) } : {}),
  })));
}

function portalLevels(text) {
  const levels = [];
  if (/Cấp tỉnh|Cấp bộ/.test(text)) levels.push('department');
  if (/Cấp huyện/.test(text)) levels.push('district');
  if (/Cấp xã/.test(text)) levels.push('commune');
  return levels.length ? levels : ['commune'];
}

function fromPortal(source, compact) {
  const name = procedureName(source.ten_thu_tuc);
  const channels = portalChannels(source.cach_thuc_thuc_hien ?? '', compact);
  const limit = /15 giờ/.test(source.trinh_tu_thuc_hien ?? '') && channels.every(c => c.limit === 'none') ? 'same day cutoff 15:00' : undefined;
  const numbers = [...new Set((source.can_cu_phap_ly ?? '').match(LAW_NUMBER) ?? [])];
  const kinds = [[/QH\d/, 'Luật'], [/NĐ-CP/, 'Nghị định'], [/NQ-/, 'Nghị quyết'], [/TT/, 'Thông tư'], [/./, 'Văn bản']];
  const steps = compact ? [] : (source.trinh_tu_thuc_hien ?? '').split(/\n+/).map(s => tidy(s).replace(/^[-+*]\s*/, '')).filter(Boolean).map(s => ({ name: shorten(s, 480) }));
  const results = [...(source.ket_qua_xu_ly ?? '').split('Từ khóa')[0].matchAll(/(.+?)Mã: (KQ\.[A-Z]\d+\.\d+)/gs)].map(m => ({ code: m[2], name: tidy(m[1]).replace(/\.+$/, '') }));
  return {
    code: tidy(source.ma_thu_tuc), name, field: fieldOf(name, given(source.linh_vuc)), levels: portalLevels(source.cap_thuc_hien ?? ''),
    audience: given(source.doi_tuong_thuc_hien).split(/, (?=[A-ZĐ])(?![^(]*\))/).filter(Boolean), ...(steps.length ? { steps } : {}), channels,
    papers: portalPapers(source.thanh_phan_ho_so ?? '', compact), ...summary(channels), ...(limit ? { limit } : {}),
    ...(given(source.co_quan_thuc_hien) ? { authority: given(source.co_quan_thuc_hien) } : {}), results,
    ...(!compact && given(source.yeu_cau_dieu_kien) ? { conditions: given(source.yeu_cau_dieu_kien) } : {}),
    legal_basis: numbers.map(number => ({ number, name: LAWS[number] ?? kinds.find(([rule]) => rule.test(number))[1] })),
    ...(given(source.so_quyet_dinh) ? { decision: given(source.so_quyet_dinh) } : {}),
    capabilities: capabilitiesOf(channels, true, true), source: 'Cổng Dịch vụ công quốc gia, tháng 7/2026',
  };
}

/* --- files --- */

function* filesOf(path) {
  if (!statSync(path).isDirectory()) yield path;
  else for (const name of readdirSync(path).sort()) if (name.endsWith('.json')) yield join(path, name);
}

function convert(path, compact, problems) {
  let parsed;
  try {
    parsed = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    problems.push(`${path}: ${error.message}`);
    return [];
  }
  return (Array.isArray(parsed) ? parsed : [parsed]).flatMap((source, index) => {
    if (source?.ma_thu_tuc && source.ten_thu_tuc) return [fromPortal(source, compact)];
    if (source?.title) return [from2021(source, compact)];
    problems.push(`${path}: entry ${index + 1} is no procedure of a known shape`);
    return [];
  });
}

function main(args) {
  const overlays = new Map(), problems = [], inputs = [];
  let compact = false, lines = false;
  while (args.length) {
    const word = args.shift();
    if (word === '--compact') compact = true;
    else if (word === '--lines') lines = true;
    else if (word === '--overlay' && args.length) for (const entry of [JSON.parse(readFileSync(args.shift(), 'utf8'))].flat()) overlays.set(entry.code, entry);
    else if (word === '--help' || word.startsWith('-')) {
      process.stderr.write('usage: node tools/import-procedures.mjs [--compact] [--lines] [--overlay FILE]... FILE|FOLDER...\n');
      return word === '--help' ? 0 : 2;
    } else inputs.push(word);
  }
  const entries = inputs.flatMap(path => [...filesOf(path)]).flatMap(path => convert(path, compact, problems)).map(entry => {
    const overlay = overlays.get(entry.code);
    return overlay?.name && overlay.field && overlay.levels ? overlay : { ...entry, ...overlay };
  });
  const codes = new Set();
  for (const entry of entries) {
    if (codes.has(entry.code)) problems.push(`${entry.code}: twice`);
    codes.add(entry.code);
  }
  const written = entries.map(entry => JSON.stringify(entry));
  process.stdout.write(lines ? written.map(line => line + '\n').join('') : `[\n${written.join(',\n')}\n]\n`);
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  return problems.length || inputs.length === 0 ? 1 : 0;
}

process.exitCode = main(process.argv.slice(2));
