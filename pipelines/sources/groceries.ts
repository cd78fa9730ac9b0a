export default ['apples', 'bread', 'cheese']
