/** The bundler gives an imported `.sql` file as its text. */
declare module "*.sql" {
  const sql: string;
  export default sql;
}
