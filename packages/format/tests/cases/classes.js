class A extends B{constructor(a,b=1,...c){super(a);this.x=b} static y=2; #p=3; get z(){return this.#p} set z(v){this.#p=v}
static async *m(){ } ["computed"](){} }
class C{}
export default class D{}
export const e=1, f = () => {}; export {g,h as i} from "./j"; export * from 'k'
import l,{m,n as o} from"p";import * as q from 'q'; import 'r'
const s = await import("t"), u = import.meta.url
@decorated class V {}