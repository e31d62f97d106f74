// What the citizens of the tests write on the form pages of the four sample procedures (civil time 14 March 2017).
const identity = (date) => ({ 'ngay_cap.day': '10', 'ngay_cap.month': '3', 'ngay_cap.year': date, noi_cap: 'Công an thành phố Hà Nội' });
const date = (key, day, month, year) => ({ [`${key}.day`]: String(day), [`${key}.month`]: String(month), [`${key}.year`]: String(year) });
const address = (key, line, commune = '00166', district = '005') => ({ [`${key}.city`]: '01', [`${key}.district`]: district, [`${key}.commune`]: commune, [`${key}.line`]: line });

const lan = { ho_ten: 'Nguyễn Thị Lan', giay_to: '001185000101', ...date('ngay_sinh', 12, 5, 1985), ...identity('2016'), dien_thoai: '0912 345 678', thu_dien_tu: 'lan@example.com' };
const hoa = { ho_ten: 'Phạm Thị Hoa', giay_to: '001192000303', ...date('ngay_sinh', 29, 2, 1992), ...identity('2016'), dien_thoai: '0912 345 679', thu_dien_tu: 'hoa@example.com' };

/** Copy of a birth certificate for herself. */
export const extract = {
  yeu_cau: { loai_giay: 'khai_sinh', noi_dang_ky: 'trong_nuoc', quan_he: 'ban_than' },
  nguoi_yeu_cau: { ...lan, ...address('noi_cu_tru', 'Số 12 ngõ 68 đường Cầu Giấy', '00166') },
  thong_tin: { ho_ten_cha: 'Nguyễn Văn Bình', ho_ten_me: 'Trần Thị Mai', co_quan_dang_ky: 'UBND phường Dịch Vọng, quận Cầu Giấy', ...date('thoi_gian_dang_ky', '', '', 1985), so_dang_ky: '' },
  so_luong: { so_ban: '3', muc_dich: 'Nhập học cho con', cam_doan: 'true' },
};

/** A household business of one person. */
export const business = {
  dieu_kien: { nho_le: 'false', da_co: 'false', doi_tuong: 'ca_nhan', cach_nop: 'chu_ho' },
  chu_ho: { ...lan, gioi_tinh: 'nu', dan_toc: '01', quoc_tich: 'VN', ...address('thuong_tru', 'Số 12 ngõ 68 đường Cầu Giấy', '00166'), o_noi_khac: 'false' },
  ho_kinh_doanh: {
    ten_rieng: 'Phở Lan Dịch Vọng',
    ...address('dia_diem', 'Số 20 phố Dịch Vọng', '00166'),
    dien_thoai_kinh_doanh: '',
    'nganh_nghe[0].ten_nganh': 'Nhà hàng và các dịch vụ ăn uống phục vụ lưu động',
    'nganh_nghe[0].ma_nganh': '5610',
    'nganh_nghe[0].chinh': 'true',
    von: '150.000.000',
    so_lao_dong: '4',
    ...date('ngay_bat_dau', 1, 4, 2017),
  },
  cam_ket: { 'chu_ky.name': 'Nguyễn Thị Lan', 'chu_ky.consent': 'true' },
};

/** A new house of three floors in a controlled area: the department has to be asked. */
export const building = {
  cong_trinh: {
    loai_cong_trinh: 'xay_moi',
    ...address('dia_diem', 'Số 101 đường Trần Thái Tông', '00166'),
    so_thua: 'Thửa số 45, tờ bản đồ số 12',
    'vi_tri.lat': '',
    'vi_tri.lon': '',
    dien_tich_dat: '80',
    giay_to_dat: 'gcn_nha_dat',
    khu_vuc_kiem_soat: 'true',
    lien_ke: 'false',
  },
  chu_dau_tu: { loai_chu: 'ca_nhan', ...hoa, ...address('dia_chi', 'Số 101 đường Trần Thái Tông', '00166'), dong_so_huu: 'false' },
  quy_mo: {
    dien_tich_xay_dung: '60',
    'cac_tang[0].ten_tang': 'Tầng 1',
    'cac_tang[0].dien_tich_san': '60',
    'cac_tang[0].chieu_cao_tang': '3,6',
    'cac_tang[1].ten_tang': 'Tầng 2',
    'cac_tang[1].dien_tich_san': '60',
    'cac_tang[1].chieu_cao_tang': '3,3',
    'cac_tang[2].ten_tang': 'Tầng 3',
    'cac_tang[2].dien_tich_san': '48,5',
    'cac_tang[2].chieu_cao_tang': '3,3',
    chieu_cao: '11,5',
    cot_nen: '0,3',
  },
  thiet_ke: {
    don_vi_thiet_ke: 'Công ty cổ phần tư vấn thiết kế Hà Thành',
    chu_nhiem: 'Đỗ Quang Minh',
    chung_chi: 'KTS-04-12345',
    ...date('ngay_khoi_cong', 15, 5, 2017),
    thoi_gian_thi_cong: '8',
    'chu_ky.name': 'Phạm Thị Hoa',
    'chu_ky.consent': 'true',
  },
};

/** Never married, lived in another ward of the city before: that ward has to be asked. */
export const marital = {
  nguoi_nop_ho_so: { nop_thay: 'false' },
  nguoi_yeu_cau: { ...hoa, gioi_tinh: 'nu', dan_toc: '01', quoc_tich: 'VN', ...address('noi_cu_tru', 'Số 101 đường Trần Thái Tông', '00166') },
  muc_dich: { muc_dich: 'khac', muc_dich_khac: 'Vay vốn ngân hàng', cap_lai: 'false' },
  tinh_trang: { tinh_trang: 'chua' },
  noi_o_truoc: { noi_truoc: 'ha_noi', ...address('noi_cu_tru_truoc', 'Số 3 phố Quan Hoa', '00169'), 'thoi_gian_o.from': '01/03/2010', 'thoi_gian_o.to': '30/06/2014' },
  cam_doan: { 'chu_ky.name': 'Phạm Thị Hoa', 'chu_ky.consent': 'true' },
};
